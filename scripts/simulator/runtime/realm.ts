/** Kinds of values by their tag: `instanceof` fails for values of another realm, in which the mini program may run. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

export const isPromise = (value: unknown): value is Promise<unknown> => tagOf(value) === '[object Promise]';

export const isError = (value: unknown): value is Error => tagOf(value) === '[object Error]';
