/** The kind of a value of any realm: the mini program may run in a realm of its own, where `instanceof` fails. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export const isPromise = (value: unknown): value is Promise<unknown> => tagOf(value) === '[object Promise]';

export const isError = (value: unknown): value is Error => tagOf(value) === '[object Error]';
