import type { Instant, PasswordRejectedReason, SessionUser } from './contract.ts';

/** `POST /api/auth/console/sign-in`: administrators and auditors in an ordinary browser. */
export interface ConsoleSignInRequest {
  username: string;
  password: string;
}

export type ConsoleNoPermissionReason =
  /** The account is an ordinary person's, whose place is the platform. Told to a right password alone. */
  'ADMINISTRATORS_ONLY' | 'ACCOUNT_DISABLED' | 'LEFT_ORGANISATION';

export type ConsoleRejectedReason =
  | 'INVALID_CREDENTIALS'
  | 'LOCKED'
  /** A one-time password that was not used in time. Told to a right password alone. */
  | 'PASSWORD_EXPIRED';

export interface ConsoleSignedIn {
  outcome: 'signed-in';
  session: { expiresAt: Instant };
  user: SessionUser;
}

export interface ConsoleNoPermission {
  outcome: 'no-permission';
  reason: ConsoleNoPermissionReason;
}

export interface ConsoleRejected {
  outcome: 'sign-in-rejected';
  reason: ConsoleRejectedReason;
  /** Attempts before the lock, with INVALID_CREDENTIALS. */
  attemptsLeft?: number;
  /** Seconds until the next attempt is looked at, with LOCKED. */
  retryAfterSeconds?: number;
}

/** The password was a one-time one: a new one comes first. */
export interface ConsolePasswordChangeRequired {
  outcome: 'password-change-required';
  /** Good once, for `POST /api/auth/console/password`. */
  ticket: { token: string; expiresAt: Instant };
  person: { name: string };
}

export type ConsoleSignInOutcome =
  | ConsoleSignedIn
  | ConsolePasswordChangeRequired
  | ConsoleRejected
  | ConsoleNoPermission;

/** `POST /api/auth/console/password`: the new password in place of the one-time one, and the sign-in. */
export interface FirstPasswordRequest {
  ticket: string;
  newPassword: string;
}

export interface FirstPasswordRejected {
  outcome: 'password-rejected';
  reason:
    | Extract<PasswordRejectedReason, 'TOO_SHORT' | 'TOO_COMMON' | 'CONTAINS_USERNAME' | 'UNCHANGED'>
    /** Sign in with the one-time password again. */
    | 'TICKET_EXPIRED';
}

export type FirstPasswordOutcome = ConsoleSignedIn | FirstPasswordRejected | ConsoleNoPermission;
