import { randomUUID } from 'node:crypto';
import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyServerOptions,
} from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorBody, ErrorCode } from '../contract/errors.ts';
import { isDatabaseUnavailable } from '../database/unavailable.ts';
import { PlatformError, type PlatformErrorKind } from '../platform/platform.ts';
import { commonHeaders } from './headers.ts';

interface Fault {
  statusCode: number;
  /** Chinese: what happened, whose move it is. Safe to show to a person. */
  message: string;
  /** How long a client waits by default, in seconds. */
  retryAfterSeconds?: number;
}

/** Every code of the contract with its status and text; docs/errors.md says more to developers. */
const faults: Readonly<Record<ErrorCode, Fault>> = {
  INVALID_REQUEST: { statusCode: 400, message: '请求的内容不符合要求，请升级到最新版本后重试。' },
  AUTH_CODE_INVALID: { statusCode: 401, message: '登录凭证已失效，请重新进入应用。' },
  SESSION_EXPIRED: { statusCode: 401, message: '登录已过期，请重新登录。' },
  FORBIDDEN: { statusCode: 403, message: '您没有这项操作的权限，如有需要请联系管理员。' },
  NOT_FOUND: { statusCode: 404, message: '您要找的内容不存在，可能已被删除。' },
  PAYLOAD_TOO_LARGE: { statusCode: 413, message: '提交的内容太大，请删减后重试。' },
  UNSUPPORTED_MEDIA_TYPE: { statusCode: 415, message: '请求的格式不受支持，请使用 JSON。' },
  TOO_MANY_REQUESTS: { statusCode: 429, message: '操作过于频繁，请稍等片刻再试。', retryAfterSeconds: 10 },
  INTERNAL_ERROR: { statusCode: 500, message: '服务出现异常，我们已记录，请稍后重试。' },
  PLATFORM_MISCONFIGURED: { statusCode: 500, message: '应用的平台配置有误，请联系管理员处理。' },
  PLATFORM_FAULT: { statusCode: 502, message: '登录平台暂时无法使用，请稍后重试。' },
  PLATFORM_BUSY: { statusCode: 503, message: '登录平台繁忙，请稍后重试。', retryAfterSeconds: 5 },
  SERVER_BUSY: { statusCode: 503, message: '服务繁忙，请稍后重试。', retryAfterSeconds: 5 },
  DATABASE_UNAVAILABLE: { statusCode: 503, message: '服务正在恢复，请稍后重试。', retryAfterSeconds: 5 },
  ACCOUNTS_UNAVAILABLE: {
    statusCode: 503,
    message: '账号系统暂时无法使用，请稍后重试。',
    retryAfterSeconds: 5,
  },
  PLATFORM_TIMEOUT: { statusCode: 504, message: '登录平台响应超时，请稍后重试。' },
};

/** A fault that a client is told; the code alone decides what the person reads. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly statusCode: number;
  /** Seconds; becomes the `Retry-After` header. */
  readonly retryAfterSeconds: number | null;

  /**
   * @param code the contract's code.
   * @param more `cause` is for the log; `retryAfterSeconds` where the code's own default does not fit.
   */
  constructor(code: ErrorCode, more: { cause?: unknown; retryAfterSeconds?: number | null } = {}) {
    super(faults[code].message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.statusCode = faults[code].statusCode;
    this.retryAfterSeconds = more.retryAfterSeconds ?? faults[code].retryAfterSeconds ?? null;
  }
}

/**
 * A fault of the sign-in of somebody whose account is known to be a 超级高管's, although no session says so yet. It is
 * answered and logged as its `cause`, with the mark of a session's.
 */
export class SuperExecutiveFault extends Error {
  override readonly name = 'SuperExecutiveFault';
  override readonly cause: Error;
  readonly userId: string;

  constructor(userId: string, cause: Error) {
    super(cause.message);
    this.cause = cause;
    this.userId = userId;
  }
}

/** The answer's body for `error`. */
export function errorBody(error: AppError, requestId: string): ErrorBody {
  return {
    statusCode: error.statusCode,
    error: STATUS_CODES[error.statusCode] ?? 'Error',
    code: error.code,
    message: error.message,
    requestId,
  };
}

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

/** The codes of Fastify's own refusals, by status. */
const httpCodes: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_REQUEST',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

/** The contract's code of anything that is thrown. */
export const faultCode = (error: unknown): ErrorCode =>
  error instanceof Error ? toAppError(error).code : 'INTERNAL_ERROR';

/** The account of the 超级高管 who met an error; null for other people, and where nobody knows who it was. */
export function superExecutiveId(error: unknown, { sessionUser }: FastifyRequest): string | null {
  if (error instanceof SuperExecutiveFault) return error.userId;
  return sessionUser?.isSuperExecutive ? sessionUser.id : null;
}

function toAppError(error: FastifyError | Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof SuperExecutiveFault) return toAppError(error.cause);
  if (error instanceof PlatformError) {
    return new AppError(platformCodes[error.kind], {
      cause: error,
      retryAfterSeconds: error.kind === 'busy' ? error.retryAfterSeconds : null,
    });
  }
  if (isDatabaseUnavailable(error)) return new AppError('DATABASE_UNAVAILABLE', { cause: error });
  const status = ('statusCode' in error && error.statusCode) || 500;
  const otherwise = status >= 400 && status < 500 ? 'INVALID_REQUEST' : 'INTERNAL_ERROR';
  return new AppError(httpCodes[status] ?? otherwise, { cause: error });
}

/**
 * Logs an error. A misconfiguration is logged with its remedy, since an administrator must act. The guide calls a fault
 * that a 超级高管 meets severe: it is logged one level higher, with a mark.
 */
function report(error: AppError, raw: unknown, request: FastifyRequest): void {
  const { cause, code } = error;
  const remedy = cause instanceof PlatformError ? cause.remedy : null;
  if (error.statusCode < 500 && remedy === null) {
    request.log.info({ code }, 'request refused');
    return;
  }
  const isExecutives = superExecutiveId(raw, request) !== null;
  request.log[isExecutives ? 'fatal' : 'error'](
    {
      code,
      err: cause ?? error,
      ...(remedy !== null && { remedy }),
      ...(isExecutives && { superExecutive: true }),
    },
    remedy ?? (isExecutives ? 'request of a super executive failed' : 'request failed'),
  );
}

function answer(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(commonHeaders(request.id));
  if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds);
  return reply.code(error.statusCode).send(errorBody(error, request.id));
}

/**
 * Answers that no hook sees, with the headers that hooks would add.
 *
 * @param security what every answer with data carries.
 */
export function answersOutsideHooks(
  security: OutgoingHttpHeaders,
): Required<Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'>> {
  return {
    /** What Fastify answers by itself: an address that it cannot decode, or with a part that is too long. */
    frameworkErrors(_error, request, reply) {
      const refusal = new AppError('INVALID_REQUEST');
      report(refusal, refusal, request);
      answer(refusal, request, reply.headers(security));
    },

    /** The answer to what is not HTTP at all, or does not arrive in time: there is no request, only a connection. */
    clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const refusal = new AppError('INVALID_REQUEST');
      const requestId = randomUUID();
      const body = JSON.stringify(errorBody(refusal, requestId));
      const headers = {
        ...security,
        ...commonHeaders(requestId),
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        connection: 'close',
      };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${refusal.statusCode} Bad Request\r\n${lines.join('')}\r\n${body}`, () =>
        socket.destroy(),
      );
    },
  };
}

/** Whether the client went away before its request was whole: Node's error has the code of a lost database. */
const hungUp = (error: FastifyError, { raw }: FastifyRequest): boolean =>
  error.code === 'ECONNRESET' && raw.destroyed && !raw.complete;

/** Answers every fault in the contract's shape; nothing of the error itself but its code leaves the server. */
export const errors = fp(
  async (app: FastifyInstance) => {
    // Node itself would answer an unknown `Expect` and a missing `Host` with an empty body.
    app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
    app.addHook('onRequest', (request, _reply, done) => {
      const isNameless = request.headers.host === undefined && request.raw.httpVersion === '1.1';
      done(isNameless ? new AppError('INVALID_REQUEST') : undefined);
    });
    app.setErrorHandler((raw: FastifyError, request, reply) => {
      const error = hungUp(raw, request) ? new AppError('INVALID_REQUEST', { cause: raw }) : toAppError(raw);
      report(error, raw, request);
      return answer(error, request, reply);
    });
    app.setNotFoundHandler((request, reply) => answer(new AppError('NOT_FOUND'), request, reply));
  },
  { name: 'errors' },
);
