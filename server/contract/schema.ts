import { type TProperties, type TSchema, Type } from 'typebox';

/* Parts of the contract. Each file of this folder has one slice's requests and answers: schemas, which Fastify checks
   and the OpenAPI document shows, and their types. The mini program and the console import only the types. Outcomes
   are data, faults are errors: results that a client must distinguish (signed in, must bind, no permission) are a 200
   with an `outcome`; only faults are non-2xx. */

/**
 * Every character except NUL and lone surrogates, which PostgreSQL cannot store: without this check they would cause a
 * fault of the database. Has the same meaning with and without the flag `u`.
 */
export const storablePattern = '^(?:[^\\u0000\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])*$';

const storable = new RegExp(storablePattern);

export const isStorable = (text: string): boolean => storable.test(text);

/** Whether PostgreSQL can store a date-time: no leap second, which Date does not know, and a year of four digits. */
export function isStorableInstant(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= 1 && year <= 9999;
}

/** An object that has these properties and no others. */
export const strict = <P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** A string from outside: of limited length, with characters that can be stored. */
export const text = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: storablePattern });

/** The body of a request without data: none, or `{}`. */
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

/** Rows of a page. Not Type.Integer, for which a query's 1.5 would be converted to 1. */
export const limit = (most: number, usual: number) =>
  Type.Number({ minimum: 1, maximum: most, multipleOf: 1, description: `每页条数，默认 ${usual}` });

/** The query of a list of the console: page number and order; a minus before the name means descending. */
export const listQuery = <const S extends string>(sorts: readonly S[], most = 100) => ({
  page: Type.Optional(
    Type.Number({ minimum: 1, maximum: 10_000, multipleOf: 1, description: '第几页，从 1 起' }),
  ),
  limit: Type.Optional(limit(most, 20)),
  sort: Type.Optional(Type.Enum([...sorts, ...sorts.map((name) => `-${name}` as const)])),
});

/** A page of such a list; `more`: there are more than `total`, which were not counted. */
export const listOf = <S extends TSchema>(row: S) =>
  strict({ items: Type.Array(row), total: count, more: Type.Boolean() });

/** One page of a list; `nextCursor` is opaque, and null on the last page. */
export const pageOf = <S extends TSchema>(row: S) =>
  strict({ items: Type.Array(row), nextCursor: textOrNull });

/** For routes without a session, to spread into the schema: in the OpenAPI document all others need a session. */
export const forAnybody = { security: [] } as const;
