import { STATUS_CODES } from 'node:http';
import type { ErrorBody, ErrorCode } from '../contract/errors.ts';

interface Fault {
  statusCode: number;
  /** Chinese: what happened, whose move it is. Safe to show to a person. */
  message: string;
  /** What a client that does not know better waits, in seconds. */
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

/** A fault that a client is told about; what the person reads follows from the code alone. */
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
