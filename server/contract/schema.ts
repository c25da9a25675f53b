import { type TProperties, type TSchema, Type } from 'typebox';

/*
 * What the contract is built of. Each file of this folder holds one slice's requests and answers: a schema, which
 * Fastify checks and the OpenAPI document tells, and the type that follows from it. The mini program and the console
 * import the types alone.
 *
 * Outcomes are data, faults are errors: what a client must tell apart (signed in, must bind, no permission) is a 200
 * with an `outcome`; only faults are non-2xx.
 */

/**
 * Every character but NUL, and surrogates only in pairs; says the same with and without the flag `u`. PostgreSQL
 * stores neither NUL nor half a character: a value with one would end as a fault of the database.
 */
export const storablePattern = '^(?:[^\\u0000\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])*$';

const storable = new RegExp(storablePattern);

export const isStorable = (text: string): boolean => storable.test(text);

/** Whether a date-time is one that PostgreSQL stores: a leap second is none for Date, and a year has four digits. */
export function isStorableInstant(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= 1 && year <= 9999;
}

/** An object that has these properties and no others. */
export const strict = <P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** A string from outside: bounded, and of characters that can be stored. */
export const text = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: storablePattern });

/** The body of a request that has nothing to say: none at all, or `{}`. */
export const noBody = Type.Union([strict({}), Type.Null()]);

/** e.g. `2026-01-02T03:04:05.678Z`. */
export const instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const textOrNull = nullable(Type.String());

export const uuid = Type.String({ format: 'uuid' });

export const count = Type.Integer({ minimum: 0 });

/** The parameters of an address with one `:id`. */
export const idParams = strict({ id: uuid });

export const cursor = Type.String({ minLength: 1, maxLength: 128, description: '上一页返回的 nextCursor' });

/** Rows of a page. Not Type.Integer: texts of a query are converted first, and that would cut 1.5 to 1. */
export const limit = (most: number, usual: number) =>
  Type.Number({ minimum: 1, maximum: most, multipleOf: 1, description: `每页条数，默认 ${usual}` });

/**
 * What a list of the console may be asked: a page by its number, and what it is sorted by; a minus before the name
 * sorts from the end.
 */
export const listQuery = <const S extends string>(sorts: readonly S[], most = 100) => ({
  page: Type.Optional(
    Type.Number({ minimum: 1, maximum: 10_000, multipleOf: 1, description: '第几页，从 1 起' }),
  ),
  limit: Type.Optional(limit(most, 20)),
  sort: Type.Optional(Type.Enum([...sorts, ...sorts.map((name) => `-${name}` as const)])),
});

/** A page of such a list; `more`: there are more than `total`, and nobody counted how many. */
export const listOf = <S extends TSchema>(row: S) =>
  strict({ items: Type.Array(row), total: count, more: Type.Boolean() });

/** One page of a list; `nextCursor` is opaque, and null on the last page. */
export const pageOf = <S extends TSchema>(row: S) =>
  strict({ items: Type.Array(row), nextCursor: textOrNull });

/** For routes that anybody may call, to spread into the schema: the OpenAPI document says of all others that they need a session. */
export const forAnybody = { security: [] } as const;
