/**
 * The HTTP contract as plain types: what the mini program and the H5 pages may import from the server.
 * The TypeBox schemas beside each route are checked against these types at compile time.
 *
 * Outcomes are data, faults are errors: whatever a person must be told apart (signed in, must bind, no
 * permission, binding refused) is a 200 with an `outcome`; only faults are non-2xx.
 */

/** An instant in ISO 8601, UTC, e.g. `2026-01-02T03:04:05.678Z`. */
export type Instant = string;

export type RoleName = 'USER' | 'ADMIN' | 'AUDITOR';

/** The person who is signed in, as the server shows them to themselves. */
export interface SessionUser {
  id: string;
  username: string;
  name: string;
  department: string | null;
  role: RoleName;
  dingUserId: string | null;
  isSuperExecutive: boolean;
}

export type NoPermissionReason =
  | 'OUT_OF_RANGE'
  | 'LEFT_ORGANISATION'
  | 'WRONG_ORGANISATION'
  | 'ACCOUNT_DISABLED'
  | 'BINDING_CLOSED';

export type BindRejectedReason =
  | 'INVALID_CREDENTIALS'
  | 'LOCKED'
  | 'TICKET_EXPIRED'
  /** The password was given out by an administrator, and was not used or changed in time. */
  | 'PASSWORD_EXPIRED'
  | 'ACCOUNT_ALREADY_BOUND'
  | 'PERSON_ALREADY_BOUND';

export type Client = 'mini' | 'h5';

export interface LoginRequest {
  /** The single-use code of `dd.getAuthCode`; lives 5 minutes. */
  authCode: string;
  corpId?: string;
  /** `mini` (the default) gets the token in the body, `h5` in an HttpOnly cookie. */
  client?: Client;
}

export interface BindRequest {
  /** The ticket's token of a `bind-required` outcome. */
  ticket: string;
  username: string;
  password: string;
}

/**
 * Said to a mini program that tells its version by `X-Mini-Version` and is older than the server's minimum. The
 * header `X-Mini-Update` of every answer says the same.
 */
export type ClientUpdate = 'required';

export interface SignedIn {
  outcome: 'signed-in';
  /** `token` is absent for `h5`, whose token is in the cookie. */
  session: { token?: string; expiresAt: Instant };
  user: SessionUser;
  update?: ClientUpdate;
}

export interface BindRequired {
  outcome: 'bind-required';
  ticket: { token: string; expiresAt: Instant };
  person: { name: string };
  update?: ClientUpdate;
}

export interface NoPermission {
  outcome: 'no-permission';
  reason: NoPermissionReason;
  update?: ClientUpdate;
}

export interface BindRejected {
  outcome: 'bind-rejected';
  reason: BindRejectedReason;
  /** Attempts before the lock, with INVALID_CREDENTIALS. */
  attemptsLeft?: number;
  /** Seconds until the next attempt is looked at, with LOCKED. */
  retryAfterSeconds?: number;
}

export type LoginOutcome = SignedIn | BindRequired | NoPermission;
export type BindOutcome = SignedIn | BindRejected | NoPermission;

export interface MeResponse {
  user: SessionUser;
  update?: ClientUpdate;
}

export interface SignedOut {
  outcome: 'signed-out';
}

/** A row of `GET /api/me/sessions`: where a person is signed in. */
export interface OwnSession {
  id: string;
  client: Client;
  /** Where the sign-in came from; null for one that was opened before addresses were kept. */
  address: string | null;
  createdAt: Instant;
  lastSeenAt: Instant;
  /** Whether it is the one that is asking. */
  current: boolean;
}

export interface OwnSessions {
  items: OwnSession[];
}

/** `POST /api/me/sessions/:id/end`; ending one that is over already succeeds too. */
export interface SessionEnded {
  outcome: 'session-ended';
}

/**
 * `own`: the person chose it. `one-time`: an administrator gave it out, and it is to be changed. `none`: the platform
 * alone signs them in. `elsewhere`: another system keeps the passwords.
 */
export type PasswordState = 'own' | 'one-time' | 'none' | 'elsewhere';

/** `GET /api/me/password`. */
export interface OwnPassword {
  state: PasswordState;
  /** When a one-time password ends; null for every other one. */
  expiresAt: Instant | null;
}

/** `POST /api/me/password`. */
export interface PasswordChangeRequest {
  currentPassword: string;
  newPassword: string;
}

export type PasswordRejectedReason =
  | 'WRONG_PASSWORD'
  /** The current one is a one-time password that was not used in time. */
  | 'PASSWORD_EXPIRED'
  | 'LOCKED'
  | 'TOO_SHORT'
  | 'TOO_COMMON'
  | 'CONTAINS_USERNAME'
  | 'UNCHANGED'
  | 'NO_PASSWORD_HERE';

export type PasswordChangeOutcome =
  /** All sessions of the person have ended, the asking one too: sign in again. */
  | { outcome: 'password-changed' }
  | {
      outcome: 'password-rejected';
      reason: PasswordRejectedReason;
      /** Seconds until the next attempt is looked at, with LOCKED. */
      retryAfterSeconds?: number;
    };

/** A row of `GET /api/notices?cursor=&limit=`: newest first. */
export interface NoticeSummary {
  id: string;
  title: string;
  /** The first characters of the body on one line. */
  excerpt: string;
  publishedAt: Instant;
  /** Whether the signed-in person has read it. */
  read: boolean;
}

export interface NoticePage {
  items: NoticeSummary[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

/** `GET /api/notices/:id`. Not found: there is none, or it is not published, or it has been withdrawn. */
export type NoticeOutcome = NoticeDetail | { outcome: 'not-found' };

export interface NoticeDetail {
  outcome: 'found';
  id: string;
  title: string;
  /** Plain text; paragraphs are separated by empty lines. */
  body: string;
  publishedAt: Instant;
  read: boolean;
  author: string | null;
}

/** `POST /api/notices/:id/read`; idempotent. */
export type NoticeReadOutcome = { outcome: 'read'; readAt: Instant } | { outcome: 'not-found' };

/** Every code of a non-2xx answer; cause and remedy of each stand in docs/errors.md. */
export type ErrorCode =
  | 'INVALID_REQUEST'
  | 'AUTH_CODE_INVALID'
  | 'SESSION_EXPIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_ERROR'
  | 'PLATFORM_MISCONFIGURED'
  | 'PLATFORM_FAULT'
  | 'PLATFORM_BUSY'
  | 'SERVER_BUSY'
  | 'DATABASE_UNAVAILABLE'
  | 'ACCOUNTS_UNAVAILABLE'
  | 'PLATFORM_TIMEOUT';

/** The body of every non-2xx answer; 429 and 503 also carry a `Retry-After` header in seconds. */
export interface ErrorBody {
  statusCode: number;
  /** The HTTP reason phrase. */
  error: string;
  code: ErrorCode;
  /** Chinese and safe to show to a person. */
  message: string;
  requestId: string;
}
