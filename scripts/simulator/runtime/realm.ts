/** Kinds of values whatever realm made them: the mini program may run in one of its own, where `instanceof` says no. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export const isPromise = (value: unknown): value is Promise<unknown> => tagOf(value) === '[object Promise]';

export const isError = (value: unknown): value is Error => tagOf(value) === '[object Error]';
