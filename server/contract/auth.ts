import { type Static, Type } from 'typebox';
import { count, cursor, instant, limit, nullable, pageOf, strict, text, textOrNull, uuid } from './schema.ts';

export const roleName = Type.Enum(['USER', 'ADMIN', 'AUDITOR']);
export type RoleName = Static<typeof roleName>;

export const client = Type.Enum(['mini', 'h5']);
export type Client = Static<typeof client>;

/** The signed-in person, for themselves. */
export const sessionUser = strict({
  id: uuid,
  username: Type.String(),
  name: Type.String(),
  department: textOrNull,
  role: roleName,
  dingUserId: textOrNull,
  isSuperExecutive: Type.Boolean(),
});
export type SessionUser = Static<typeof sessionUser>;

/**
 * Set for a mini program whose version (`X-Mini-Version`) is older than the server's minimum. The header
 * `X-Mini-Update` of every answer says the same.
 */
const clientUpdate = Type.Literal('required', { description: '小程序版本太旧，请用户更新' });
export type ClientUpdate = Static<typeof clientUpdate>;
const update = Type.Optional(clientUpdate);

/** Valid once, for the next step: binding, or setting a password. */
const ticket = strict({ token: Type.String(), expiresAt: instant });
const ticketHolder = strict({ name: Type.String() });

/** Attempts before the lock, with INVALID_CREDENTIALS. */
const attemptsLeft = Type.Optional(Type.Integer({ minimum: 0 }));
/** Seconds until the next attempt, with LOCKED. */
const retryAfterSeconds = Type.Optional(Type.Integer({ minimum: 1 }));

/**
 * Allows more characters than the platforms' codes have (letters and digits), but none that a firewall before a
 * platform takes for an attack: no quotes, brackets, backslashes or blanks.
 */
const authCodePattern = '^[!#-&*-;=?-Z^_a-z|~]+$';

/** `POST /api/auth/login`. */
export const loginRequest = strict({
  /** The single-use code of `dd.getAuthCode`; lives 5 minutes. */
  authCode: Type.String({ minLength: 1, maxLength: 512, pattern: authCodePattern }),
  corpId: Type.Optional(text(1, 128)),
  /** `mini` (the default) gets the token in the body, `h5` in an HttpOnly cookie. */
  client: Type.Optional(client),
  /**
   * The place of a `wait` outcome; null for none yet. A client that leaves it out cannot wait, and gets PLATFORM_BUSY
   * in place of `wait`.
   */
  place: Type.Optional(nullable(text(1, 128))),
});
export type LoginRequest = Static<typeof loginRequest>;

const signedIn = strict({
  outcome: Type.Literal('signed-in'),
  session: strict({
    token: Type.Optional(Type.String({ description: 'client 为 h5 时没有，令牌在 HttpOnly cookie 里' })),
    expiresAt: instant,
  }),
  user: sessionUser,
  update,
});
export type SignedIn = Static<typeof signedIn>;

const bindRequired = strict({
  outcome: Type.Literal('bind-required'),
  ticket,
  person: ticketHolder,
  update,
});
export type BindRequired = Static<typeof bindRequired>;

export const noPermissionReason = Type.Enum([
  'OUT_OF_RANGE',
  'LEFT_ORGANISATION',
  'WRONG_ORGANISATION',
  'ACCOUNT_DISABLED',
  'BINDING_CLOSED',
]);
export type NoPermissionReason = Static<typeof noPermissionReason>;

const noPermission = strict({ outcome: Type.Literal('no-permission'), reason: noPermissionReason, update });
export type NoPermission = Static<typeof noPermission>;

/** More people sign in at once than the platform allows, so they wait in line. */
const wait = strict({
  outcome: Type.Literal('wait'),
  /** Seconds after which the client comes back with `place`. */
  retryAfterSeconds: Type.Integer({ minimum: 1 }),
  /** Expected seconds until the sign-in, to show to the person. */
  expectedSeconds: Type.Integer({ minimum: 1 }),
  place: Type.String({ description: '排队的位置，原样带回；离开后再来也有效' }),
  newCode: Type.Boolean({
    description: 'false：授权码没有用掉，5 分钟内原样再交；true：平台可能已经用掉，请换一个新的',
  }),
  update,
});
export type Wait = Static<typeof wait>;

export const loginOutcome = Type.Union([signedIn, bindRequired, noPermission, wait]);
export type LoginOutcome = Static<typeof loginOutcome>;

/** `POST /api/auth/bind`. */
export const bindRequest = strict({
  /** The ticket's token of a `bind-required` outcome. */
  ticket: text(1, 128),
  username: text(1, 64),
  password: text(1, 256),
});
export type BindRequest = Static<typeof bindRequest>;

export const bindRejectedReason = Type.Enum([
  'INVALID_CREDENTIALS',
  'LOCKED',
  'TICKET_EXPIRED',
  /** The one-time password was not used or changed in time. */
  'PASSWORD_EXPIRED',
  'ACCOUNT_ALREADY_BOUND',
  'PERSON_ALREADY_BOUND',
]);
export type BindRejectedReason = Static<typeof bindRejectedReason>;

const bindRejected = strict({
  outcome: Type.Literal('bind-rejected'),
  reason: bindRejectedReason,
  attemptsLeft,
  retryAfterSeconds,
});
export type BindRejected = Static<typeof bindRejected>;

export const bindOutcome = Type.Union([signedIn, bindRejected, noPermission]);
export type BindOutcome = Static<typeof bindOutcome>;

/** `GET /api/me`. */
export const meResponse = strict({ user: sessionUser, update });
export type MeResponse = Static<typeof meResponse>;

/** `POST /api/auth/logout`. */
export const signedOut = strict({ outcome: Type.Literal('signed-out') });

const session = {
  id: uuid,
  client,
  /** The address of the sign-in; null for an old session without one. */
  address: textOrNull,
  createdAt: instant,
  lastSeenAt: instant,
};

/** A person's session, for administrators. */
export const anySession = strict(session);

/** A person's own session; `current` is the one that sends the request. */
const ownSession = strict({ ...session, current: Type.Boolean() });
export type OwnSession = Static<typeof ownSession>;

/** `GET /api/me/sessions`. */
export const ownSessionsQuery = strict({
  cursor: Type.Optional(cursor),
  limit: Type.Optional(limit(100, 100)),
});

/**
 * The first page starts with the current session, in addition to its rows; the others follow, the latest used first.
 */
export const ownSessions = pageOf(ownSession);
export type OwnSessions = Static<typeof ownSessions>;

/** `POST /api/me/sessions/:id/end`; also succeeds for a session that has ended. */
export const sessionEnded = strict({ outcome: Type.Literal('session-ended') });
export type SessionEnded = Static<typeof sessionEnded>;

/** `POST /api/me/sessions/end`; the current session ends too. */
export const sessionsEnded = strict({ outcome: Type.Literal('sessions-ended'), count });
export type SessionsEnded = Static<typeof sessionsEnded>;

/**
 * `own`: the person chose it. `one-time`: an administrator issued it, and it must be changed. `none`: the person only
 * signs in by the platform. `elsewhere`: another system keeps the passwords.
 */
export const passwordState = Type.Enum(['own', 'one-time', 'none', 'elsewhere']);
export type PasswordState = Static<typeof passwordState>;

/** `GET /api/me/password`. */
export const ownPassword = strict({
  state: passwordState,
  /** The end of a one-time password; null for others. */
  expiresAt: nullable(instant),
});
export type OwnPassword = Static<typeof ownPassword>;

/** `POST /api/me/password`. */
export const passwordChangeRequest = strict({ currentPassword: text(1, 256), newPassword: text(1, 256) });
export type PasswordChangeRequest = Static<typeof passwordChangeRequest>;

/** Why a new password is refused. */
const newPasswordFlaws = ['TOO_SHORT', 'TOO_COMMON', 'CONTAINS_USERNAME', 'UNCHANGED'] as const;

export const passwordRejectedReason = Type.Enum([
  'WRONG_PASSWORD',
  /** The current password is an expired one-time password. */
  'PASSWORD_EXPIRED',
  'LOCKED',
  ...newPasswordFlaws,
  'NO_PASSWORD_HERE',
]);
export type PasswordRejectedReason = Static<typeof passwordRejectedReason>;

export const passwordChangeOutcome = Type.Union([
  /** All sessions of the person have ended, also the current one. */
  strict({ outcome: Type.Literal('password-changed') }),
  strict({
    outcome: Type.Literal('password-rejected'),
    reason: passwordRejectedReason,
    retryAfterSeconds,
  }),
]);
export type PasswordChangeOutcome = Static<typeof passwordChangeOutcome>;

/** `POST /api/auth/console/sign-in`: administrators and auditors in an ordinary browser. */
export const consoleSignInRequest = strict({ username: text(1, 64), password: text(1, 256) });

const consoleSignedIn = strict({
  outcome: Type.Literal('signed-in'),
  session: strict({ expiresAt: instant }),
  user: sessionUser,
});
export type ConsoleSignedIn = Static<typeof consoleSignedIn>;

export const consoleNoPermissionReason = Type.Enum([
  /** The account is an ordinary person's. Only told to a right password. */
  'ADMINISTRATORS_ONLY',
  'ACCOUNT_DISABLED',
  'LEFT_ORGANISATION',
]);
export type ConsoleNoPermissionReason = Static<typeof consoleNoPermissionReason>;

const consoleNoPermission = strict({
  outcome: Type.Literal('no-permission'),
  reason: consoleNoPermissionReason,
});
export type ConsoleNoPermission = Static<typeof consoleNoPermission>;

export const consoleRejectedReason = Type.Enum([
  'INVALID_CREDENTIALS',
  'LOCKED',
  /** An expired one-time password. Only told to a right password. */
  'PASSWORD_EXPIRED',
]);
export type ConsoleRejectedReason = Static<typeof consoleRejectedReason>;

const consoleRejected = strict({
  outcome: Type.Literal('sign-in-rejected'),
  reason: consoleRejectedReason,
  attemptsLeft,
  retryAfterSeconds,
});
export type ConsoleRejected = Static<typeof consoleRejected>;

/** The one-time password must be replaced first, by the ticket at `POST /api/auth/console/password`. */
const consolePasswordChangeRequired = strict({
  outcome: Type.Literal('password-change-required'),
  ticket,
  person: ticketHolder,
});
export type ConsolePasswordChangeRequired = Static<typeof consolePasswordChangeRequired>;

export const consoleSignInOutcome = Type.Union([
  consoleSignedIn,
  consolePasswordChangeRequired,
  consoleRejected,
  consoleNoPermission,
]);
export type ConsoleSignInOutcome = Static<typeof consoleSignInOutcome>;

/** `POST /api/auth/console/password`: replaces a one-time password, and signs in. */
export const firstPasswordRequest = strict({ ticket: text(1, 512), newPassword: text(1, 256) });

const firstPasswordRejected = strict({
  outcome: Type.Literal('password-rejected'),
  /** After TICKET_EXPIRED: sign in with the one-time password again. */
  reason: Type.Enum([...newPasswordFlaws, 'TICKET_EXPIRED']),
});
export type FirstPasswordRejected = Static<typeof firstPasswordRejected>;

export const firstPasswordOutcome = Type.Union([consoleSignedIn, firstPasswordRejected, consoleNoPermission]);
export type FirstPasswordOutcome = Static<typeof firstPasswordOutcome>;
