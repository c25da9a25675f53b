import type { FastifyBaseLogger } from 'fastify';
import pino, { type DestinationStream } from 'pino';
import type { Config } from '../config/config.ts';
import { PlatformError } from '../platform/platform.ts';

/**
 * JSON logs. Secrets stay out by construction: requests are logged by method, path and address alone (no
 * headers, no query, no body), and errors by what {@link describeError} lets through.
 */
export function createLogger(
  config: Pick<Config, 'logLevel'>,
  destination?: DestinationStream,
): FastifyBaseLogger {
  return pino(
    {
      level: config.logLevel,
      serializers: {
        err: describeError,
        req: (request: { method: string; url: string; ip?: string }) => ({
          method: request.method,
          path: request.url.split('?', 1)[0],
          address: request.ip,
        }),
        res: (reply: { statusCode: number }) => ({ statusCode: reply.statusCode }),
      },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}

interface DescribedError {
  type: string;
  message?: string;
  code?: string;
  stack?: string;
  cause?: DescribedError;
  [more: string]: unknown;
}

/**
 * What of an error may be logged. Prisma's messages quote the call with its arguments (password hashes, mobile
 * numbers), PostgreSQL's (`error`) a value that does not fit, and validation errors the body, so of those only type and
 * code are told.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {};
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
  const common = { type: error.name, ...code, ...(frames ? { stack: frames } : {}), ...cause };
  if (error instanceof PlatformError) {
    const { kind, api, upstreamCode, message } = error;
    return { ...common, message, kind, api, upstreamCode };
  }
  const quotesInput =
    /^(?:Prisma|DriverAdapter|error$)/.test(error.name) ||
    'validation' in error ||
    error instanceof SyntaxError;
  return quotesInput ? common : { ...common, message: error.message };
}
