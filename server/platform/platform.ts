/**
 * What the rest of the server knows of a platform. `auth/` depends on this file alone; the drivers
 * (`dingtalk`, `zhezhengding`) implement it.
 */

export type PlatformName = 'dingtalk' | 'zhezhengding';

/** The person behind an auth code, as far as the platform vouches for them. */
export interface PlatformPerson {
  /** The id to match by: DingTalk `userid`, 浙政钉 `accountId` (always a string here). */
  id: string;
  name: string;
  unionId: string | null;
  /** 浙政钉 only; absent for super-administrators. */
  employeeCode: string | null;
  /** Only where the platform itself vouches for the number and the app may read it; else null. */
  mobile: string | null;
}

/** Who to read again: as `PlatformPerson` told it. */
export type PersonRef = Pick<PlatformPerson, 'id' | 'employeeCode'>;

export type PlatformErrorKind =
  /** The code is wrong, expired, used or of another kind: the client fetches a new one, once. */
  | 'code-invalid'
  /** The person is outside the app's visible range. */
  | 'out-of-range'
  /** No such person in this organisation (any more). */
  | 'left-organisation'
  /** The answer belongs to another organisation than the configured one. */
  | 'wrong-organisation'
  /** Credentials, permission or IP whitelist: an administrator's move, named in `remedy`. */
  | 'misconfigured'
  /** Busy or throttled: try later (`retryAfterSeconds`). */
  | 'busy'
  /** No complete answer within the time-out. A code may have been consumed. */
  | 'timeout'
  /** Anything else: connection reset, HTML, wrong shape, unknown error code. */
  | 'fault';

/** Why a call to a platform failed. Never holds a token, code, secret or mobile number. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly kind: PlatformErrorKind;
  /** The API's path, without host and query. */
  readonly api: string;
  /** The platform's own error code, e.g. `40078` or `60020`, where there was one. */
  readonly upstreamCode: string | null;
  /** For `misconfigured`: what an administrator must do, in Chinese; for the log and the console. */
  readonly remedy: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    kind: PlatformErrorKind,
    api: string,
    message: string,
    more: {
      upstreamCode?: string;
      remedy?: string;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.api = api;
    this.upstreamCode = more.upstreamCode ?? null;
    this.remedy = more.remedy ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }
}

export interface Platform {
  readonly name: PlatformName;

  /**
   * Exchanges a single-use auth code for the person behind it. Called at most once a code: never retried
   * after the code may have been consumed (time-out, reset).
   *
   * @throws PlatformError of any kind; an error of the TokenStore passes through unchanged (then no code was
   *   consumed).
   */
  exchangeCode(authCode: string): Promise<PlatformPerson>;

  /**
   * Reads a person again, e.g. before trusting an event. 浙政钉 can only look people up by `employeeCode`, and
   * checks that it still belongs to the `id`; without one (super-administrators) it is a `fault`, which says
   * nothing about the person.
   *
   * @throws PlatformError; `left-organisation` when the platform does not know the person any more.
   */
  getPerson(ref: PersonRef): Promise<PlatformPerson>;

  /** Ends the driver's connections. */
  close(): Promise<void>;
}

/** Where the app token is shared between instances (`PlatformToken` rows); times are epoch milliseconds. */
export interface TokenStore {
  read(app: string): Promise<{ token: string; expiresAt: number } | null>;
  write(app: string, token: { token: string; expiresAt: number }): Promise<void>;
  /** Forgets the token, but only while it is still this one. */
  drop(app: string, token: string): Promise<void>;
  /** Runs `work` while no other instance runs it for the same app. */
  exclusively<T>(app: string, work: () => Promise<T>): Promise<T>;
}
