import type { FastifyInstance } from 'fastify';
import { recordAudit } from '../audit/audit.ts';
import type {
  ConsoleNoPermission,
  ConsoleNoPermissionReason,
  ConsolePasswordChangeRequired,
  ConsoleRejected,
  ConsoleRejectedReason,
  ConsoleSignedIn,
  FirstPasswordRejected,
} from '../contract/auth.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { createSealing } from '../database/sealing.ts';
import { timeOrderedUuid } from '../database/uuid.ts';
import { toSessionUser } from '../people/session-user.ts';
import { AppError } from '../plugins/errors.ts';
import { networkOf } from './invalid-codes.ts';
import { createKnownBrowsers, type KnownBrowser } from './known-browsers.ts';
import type { LockSubject } from './lockout.ts';
import { hasExpired } from './passwords.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';
import type { NewSession, SessionLimits } from './sessions.ts';
import { createPasswordTickets } from './tickets.ts';

/** Where a request comes from, and the cookies of its browser. */
export interface Caller {
  address: string;
  /** The session that a sign-in replaces. */
  replaces: string | null;
  /** The cookie of known-browsers.ts. */
  browser: string | null;
}

/** An answer, and the cookies to set with it. */
export interface WithCookies<T> {
  answer: T;
  /** Null unless the answer is a sign-in. */
  cookies: { session: NewSession; browser: KnownBrowser } | null;
}

/** Sign-in of administrators and auditors at the console's page. */
export function createConsoleSignIn(app: FastifyInstance) {
  const { prisma, config } = app;
  const { sessions, credentials, passwords, lockout, typedAccount } = app.accounts;
  const { now } = app.clock;
  const limits = config.auth;
  const sealing = createSealing(config.secretKey);
  const tickets = createPasswordTickets(sealing, now);
  const browsers = createKnownBrowsers(sealing, now);
  const told = <T>(answer: T): WithCookies<T> => ({ answer, cookies: null });

  /** Writes a refusal to the audit log. @returns the refusal. */
  async function refuse<T extends ConsoleRejected | ConsoleNoPermission>(
    subject: string,
    address: string,
    refusal: T,
  ): Promise<T> {
    await recordAudit(
      prisma,
      {
        action: 'sign-in.refused',
        actorId: null,
        subject,
        detail: { client: 'h5', by: 'password', reason: refusal.reason },
      },
      address,
    );
    return refusal;
  }

  /** Checks user name and password. @returns the account, or the refusal. */
  async function prove({
    username,
    password,
    address,
    browser,
  }: { username: string; password: string } & Caller): Promise<User | ConsoleRejected> {
    const { user, lock, subject } = await typedAccount(username, 'console');
    const known = user === null ? null : browsers.open(browser, user.id);
    // A known browser has a counter of its own: strangers and neighbours cannot lock it out.
    const counters: LockSubject[] =
      user === null || known === null
        ? [lock, `network:${networkOf(address)}`]
        : [`device:${user.username}:${known}`];
    const attempt = await lockout.attempt(counters, () => credentials.verify(username, password));
    switch (attempt.outcome) {
      case 'right':
        return attempt.value;
      case 'wrong':
        return refuse(subject, address, {
          ...rejected('INVALID_CREDENTIALS'),
          attemptsLeft: attempt.attemptsLeft,
        });
      case 'locked': {
        const locked = { ...rejected('LOCKED'), retryAfterSeconds: attempt.retryAfterSeconds };
        return attempt.isNews ? refuse(subject, address, locked) : locked;
      }
    }
  }

  /** Why the account may not sign in here, although the password is right; null if it may. */
  function whyNot(user: User): ConsoleRejected | ConsoleNoPermission | null {
    if (user.status !== 'ACTIVE') return noPermission('ACCOUNT_DISABLED');
    if (user.leftAt !== null) return noPermission('LEFT_ORGANISATION');
    if (user.role === 'USER') return noPermission('ADMINISTRATORS_ONLY');
    return hasExpired(user, credentials.keepsPasswords, now()) ? rejected('PASSWORD_EXPIRED') : null;
  }

  function signedIn(user: User, session: NewSession, caller: Caller): WithCookies<ConsoleSignedIn> {
    return {
      answer: {
        outcome: 'signed-in',
        session: { expiresAt: session.expiresAt.toISOString() },
        user: toSessionUser(user),
      },
      cookies: { session, browser: browsers.remember(user.id, caller.browser) },
    };
  }

  return {
    /**
     * Signs in by user name and password. Only a right password is told what is wrong with the account. A user name
     * that nobody has takes as long as a wrong password.
     *
     * @throws AppError if the account system cannot be asked.
     */
    async signIn(
      request: { username: string; password: string } & Caller,
    ): Promise<
      WithCookies<ConsoleSignedIn | ConsolePasswordChangeRequired | ConsoleRejected | ConsoleNoPermission>
    > {
      const user = await prove(request);
      if ('outcome' in user) return told(user);
      const barred = whyNot(user);
      if (barred !== null) return told(await refuse(`account:${user.username}`, request.address, barred));
      const { keepsPasswords } = credentials;
      if (keepsPasswords && user.mustChangePassword && user.passwordHash !== null) {
        const ticket = tickets.issue(user.id, user.passwordHash);
        return told({
          outcome: 'password-change-required',
          ticket: { token: ticket.token, expiresAt: ticket.expiresAt.toISOString() },
          person: { name: user.name },
        });
      }
      const opening = {
        ...request,
        userId: user.id,
        passwordHash: user.passwordHash,
        keptHere: keepsPasswords,
      };
      const session = await openConsoleSession(prisma, opening, limits, now);
      // The account lost its role, or got another password, while this password was being checked.
      if (session === null) throw new AppError('SERVER_BUSY');
      return signedIn(user, session, request);
    },

    /** Replaces a one-time password, ends every session of the account, and signs in. */
    async setPassword({
      ticket,
      newPassword,
      ...caller
    }: { ticket: string; newPassword: string } & Caller): Promise<
      WithCookies<ConsoleSignedIn | FirstPasswordRejected | ConsoleNoPermission>
    > {
      const { address, replaces } = caller;
      const notSet = (reason: FirstPasswordRejected['reason']) =>
        told({ outcome: 'password-rejected', reason } as const);
      const opened = credentials.keepsPasswords ? tickets.open(ticket) : null;
      const user = opened === null ? null : await prisma.user.findUnique({ where: { id: opened.userId } });
      const oldHash = user?.passwordHash ?? null;
      if (opened === null || user === null || oldHash === null || !opened.isFor(oldHash)) {
        return notSet('TICKET_EXPIRED');
      }
      const barred = whyNot(user);
      if (barred?.outcome === 'no-permission') {
        return told(await refuse(`account:${user.username}`, address, barred));
      }
      const judged = passwords.judge(newPassword, user.username);
      if (judged !== null) return notSet(judged);
      if (await passwords.matches(oldHash, newPassword)) return notSet('UNCHANGED');
      const passwordHash = await passwords.hash(newPassword);
      const session = await prisma.$transaction(async (tx) => {
        // Only if the hash is still the old one: of two requests with one ticket the first wins.
        const { count } = await tx.user.updateMany({
          where: { id: user.id, passwordHash: oldHash },
          data: { passwordHash, mustChangePassword: false, passwordExpiresAt: null },
        });
        if (count === 0) return null;
        const event = { action: 'password.changed', actorId: user.id, subject: `user:${user.id}` } as const;
        await recordAudit(tx, event, address);
        const opening = { userId: user.id, passwordHash, keptHere: true, address, replaces };
        return openConsoleSession(tx, opening, limits, now);
      });
      if (session === null) return notSet('TICKET_EXPIRED');
      sessions.forgetAll(user.id);
      return signedIn(user, session, caller);
    },
  };
}

const noPermission = (reason: ConsoleNoPermissionReason): ConsoleNoPermission => ({
  outcome: 'no-permission',
  reason,
});

const rejected = (reason: ConsoleRejectedReason): ConsoleRejected => ({
  outcome: 'sign-in-rejected',
  reason,
});

export interface ConsoleOpening {
  userId: string;
  /** The hash that the password was checked against; null where another system keeps the passwords. */
  passwordHash: string | null;
  /** Whether passwords are kept here: then a one-time password opens no session. */
  keptHere: boolean;
  address: string;
  /** The session token that this browser had before; null for none. */
  replaces: string | null;
}

/**
 * Opens a session for an administrator or auditor who has proved their password, and writes the audit event. One
 * statement does both and locks the account. If the account is disabled or its password reset at the same time, that
 * happens either before, and no session is opened, or after, and ends the new session. A simultaneous loss of the role
 * happens before, or after: then the session continues as an ordinary person's.
 *
 * The platform is not asked here: a person who, by its last answer, has left gets no session.
 *
 * @returns null if the account may not sign in, or not any more.
 */
export async function openConsoleSession(
  on: PrismaClient | Transaction,
  { userId, passwordHash, keptHere, address, replaces }: ConsoleOpening,
  { sessionLifetimeMs }: SessionLimits,
  now: () => number,
): Promise<NewSession | null> {
  const { token, hash } = createSecret();
  const at = new Date(now());
  const expiresAt = new Date(now() + sessionLifetimeMs);
  const replaced = replaces !== null && looksLikeSecret(replaces) ? hashSecret(replaces) : null;
  const opened = await on.$queryRaw<unknown[]>`
    WITH admitted AS (
      SELECT id FROM users
      WHERE id = ${userId}::uuid AND status = 'ACTIVE' AND left_at IS NULL AND role IN ('ADMIN', 'AUDITOR')
        AND password_hash IS NOT DISTINCT FROM ${passwordHash}::text
        AND NOT (must_change_password AND ${keptHere}::boolean)
      FOR SHARE
    ), replaced AS (
      DELETE FROM sessions
      USING admitted WHERE token_hash = ${replaced}::bytea AND user_id = admitted.id
    ), opened AS (
      INSERT INTO sessions (token_hash, user_id, client, address, created_at, last_seen_at, expires_at)
      SELECT ${hash}::bytea, id, 'H5'::"ClientKind", ${address}::text,
             ${at}::timestamptz, ${at}::timestamptz, ${expiresAt}::timestamptz
      FROM admitted
    ), told AS (
      INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
      SELECT ${timeOrderedUuid()}::uuid, id, 'sign-in', 'user:' || id, ${address}::text,
             jsonb_build_object('client', 'h5', 'by', 'password')
      FROM admitted
    )
    SELECT 1 FROM admitted`;
  return opened.length === 0 ? null : { token, expiresAt };
}
