/**
 * Every character but NUL, and surrogates only in pairs; says the same with and without the flag `u`. PostgreSQL
 * stores neither NUL nor half a character: a value with one would end as a fault of the database.
 */
export const storablePattern = '^(?:[^\\u0000\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])*$';

const storable = new RegExp(storablePattern);

export const isStorable = (text: string): boolean => storable.test(text);
