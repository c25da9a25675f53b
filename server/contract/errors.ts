import { type Static, Type } from 'typebox';
import { strict } from './schema.ts';

/** Every code of a non-2xx answer; docs/errors.md has the causes and remedies. */
export const errorCode = Type.Enum([
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
]);
export type ErrorCode = Static<typeof errorCode>;

/** The body of every non-2xx answer; 429 and 503 also carry a `Retry-After` header in seconds. */
const errorBody = strict({
  statusCode: Type.Integer(),
  /** The HTTP reason phrase. */
  error: Type.String(),
  code: errorCode,
  message: Type.String({ description: '中文，可直接显示给用户' }),
  requestId: Type.String(),
});
export type ErrorBody = Static<typeof errorBody>;

/** The answers for faults of every route, to spread into its `response`. */
export const faultResponses = { '4xx': errorBody, '5xx': errorBody } as const;

/** A request's id: a UUID, as clients and the server make it, or 32 digits, as nginx does. Nothing else is logged. */
export const requestIdShape = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
