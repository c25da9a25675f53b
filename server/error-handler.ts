import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorCode } from './contract.ts';
import { isDatabaseUnavailable } from './database/unavailable.ts';
import { AppError, errorBody } from './errors.ts';
import { PlatformError, type PlatformErrorKind } from './platform/platform.ts';

/** The kinds that are outcomes (`out-of-range`, …) are turned into answers before they get here. */
const platformCodes: Readonly<Record<PlatformErrorKind, ErrorCode>> = {
  'code-invalid': 'AUTH_CODE_INVALID',
  'out-of-range': 'FORBIDDEN',
  'left-organisation': 'FORBIDDEN',
  'wrong-organisation': 'FORBIDDEN',
  misconfigured: 'PLATFORM_MISCONFIGURED',
  busy: 'PLATFORM_BUSY',
  timeout: 'PLATFORM_TIMEOUT',
  fault: 'PLATFORM_FAULT',
};

/** Fastify's own refusals by status, which need no more words than the code's. */
const httpCodes: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_REQUEST',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

function toAppError(error: FastifyError | Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof PlatformError) {
    return new AppError(platformCodes[error.kind], {
      cause: error,
      retryAfterSeconds: error.kind === 'busy' ? error.retryAfterSeconds : null,
    });
  }
  if (isDatabaseUnavailable(error)) return new AppError('DATABASE_UNAVAILABLE', { cause: error });
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return new AppError((status && httpCodes[status]) || 'INTERNAL_ERROR', { cause: error });
}

/** A misconfiguration is an administrator's move: the log must say which, and loudly. */
function report(error: AppError, request: FastifyRequest): void {
  const { cause } = error;
  const fields = { code: error.code, err: cause ?? error };
  if (cause instanceof PlatformError && cause.remedy !== null) {
    request.log.error({ ...fields, remedy: cause.remedy }, cause.remedy);
  } else if (error.statusCode >= 500) request.log.error(fields, 'request failed');
  else request.log.info({ code: error.code }, 'request refused');
}

/** Answers every fault in the contract's shape; nothing of the error itself but its code leaves the server. */
export const errorHandler = fp(
  async (app: FastifyInstance) => {
    const answer = (error: AppError, request: FastifyRequest, reply: FastifyReply) => {
      if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds);
      return reply.code(error.statusCode).send(errorBody(error, request.id));
    };
    app.setErrorHandler((raw: FastifyError, request, reply) => {
      const error = toAppError(raw);
      report(error, request);
      return answer(error, request, reply);
    });
    app.setNotFoundHandler((request, reply) => answer(new AppError('NOT_FOUND'), request, reply));
  },
  { name: 'error-handler' },
);
