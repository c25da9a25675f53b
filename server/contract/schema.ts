import { type Static, type TProperties, type TSchema, Type } from '@fastify/type-provider-typebox';
import type { ErrorBody, ErrorCode } from './contract.ts';
import { storablePattern } from './storable.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : never) : never;

/**
 * Checks at compile time that a schema says exactly what a type of the contract says.
 * `contractSchema<LoginRequest>()(Type.Object(…))` returns the schema itself.
 */
export const contractSchema =
  <T>() =>
  <S extends TSchema>(schema: S & Same<Static<S>, T>): S =>
    schema;

/** An object that has these properties and no others. */
export const strict = <const P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** A string from outside: bounded, and of characters that can be stored. */
export const text = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: storablePattern });

/** The body of a request that has nothing to say: none at all, or `{}`. */
export const noBody = Type.Union([strict({}), Type.Null()]);

export const instant = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const uuid = Type.String({ format: 'uuid' });

const errorCodes = [
  'INVALID_REQUEST',
  'AUTH_CODE_INVALID',
  'SESSION_EXPIRED',
  'FORBIDDEN',
  'NOT_FOUND',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'TOO_MANY_REQUESTS',
  'INTERNAL_ERROR',
  'PLATFORM_MISCONFIGURED',
  'PLATFORM_FAULT',
  'PLATFORM_BUSY',
  'SERVER_BUSY',
  'DATABASE_UNAVAILABLE',
  'ACCOUNTS_UNAVAILABLE',
  'PLATFORM_TIMEOUT',
] as const satisfies readonly ErrorCode[];

export const errorCode = Type.Enum(errorCodes);

const errorSchema = contractSchema<ErrorBody>()(
  strict({
    statusCode: Type.Integer(),
    error: Type.String(),
    code: errorCode,
    message: Type.String({ description: '中文，可直接显示给用户' }),
    requestId: Type.String(),
  }),
);

/** For routes that anybody may call, to spread into the schema: the OpenAPI document says of all others that they need a session. */
export const forAnybody = { security: [] } as const;

/** Every route's answers for faults, to spread into its `response`. */
export const faultResponses = { '4xx': errorSchema, '5xx': errorSchema } as const;
