import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../errors.ts';
import { toSessionUser } from '../users/session-user.ts';
import type {
  ConsoleNoPermission,
  ConsoleNoPermissionReason,
  ConsolePasswordChangeRequired,
  ConsoleRejected,
  ConsoleSignedIn,
  FirstPasswordRejected,
} from './console-contract.ts';
import { openConsoleSession } from './console-sessions.ts';
import type { PasswordTickets } from './console-tickets.ts';
import type { CredentialVerifier } from './credentials.ts';
import type { Lockout, LockSubject } from './lockout.ts';
import { judgePassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { NewSession, SessionLimits, Sessions } from './sessions.ts';

/** Where a request comes from, and the session that it replaces. */
export interface Caller {
  address: string;
  replaces: string | null;
}

/** The cookie's token beside the answer, which is free of it. */
export type WithToken<T> = { answer: T; token: string | null; expiresAt: Date | null };

export interface ConsoleSignIn {
  /**
   * Signs an administrator or auditor in by user name and password. Whatever is wrong with an account is told to
   * a right password alone; user names that nobody has cost as much as a wrong password.
   *
   * @throws AppError where the account system cannot be asked.
   */
  signIn(
    request: { username: string; password: string } & Caller,
  ): Promise<
    WithToken<ConsoleSignedIn | ConsolePasswordChangeRequired | ConsoleRejected | ConsoleNoPermission>
  >;
  /** Sets the password in place of the one-time one, ends every session that it had opened, and signs in. */
  setPassword(
    request: { ticket: string; newPassword: string } & Caller,
  ): Promise<WithToken<ConsoleSignedIn | FirstPasswordRejected | ConsoleNoPermission>>;
}

export function createConsoleSignIn(deps: {
  prisma: PrismaClient;
  sessions: Sessions;
  credentials: CredentialVerifier;
  passwords: Passwords;
  lockout: Lockout;
  tickets: PasswordTickets;
  limits: SessionLimits;
  now: () => number;
}): ConsoleSignIn {
  const { prisma, sessions, credentials, passwords, lockout, tickets, limits, now } = deps;
  const told = <T>(answer: T): WithToken<T> => ({ answer, token: null, expiresAt: null });

  async function refuse(
    username: string,
    address: string,
    rejected: Omit<ConsoleRejected, 'outcome'>,
  ): Promise<ConsoleRejected> {
    await recordAudit(
      prisma,
      {
        action: 'sign-in.refused',
        actorId: null,
        subject: `account:${username}`,
        detail: { client: 'h5', by: 'password', reason: rejected.reason },
      },
      address,
    );
    return { outcome: 'sign-in-rejected', ...rejected };
  }

  /** @returns the account whose password this is, or why not. */
  async function prove(
    { username, password, address }: { username: string; password: string; address: string },
    subjects: readonly LockSubject[],
  ): Promise<User | ConsoleRejected> {
    const attempt = await lockout.attempt(subjects, () => credentials.verify(username, password));
    switch (attempt.outcome) {
      case 'right':
        return attempt.value;
      case 'wrong':
        return refuse(username, address, {
          reason: 'INVALID_CREDENTIALS',
          attemptsLeft: attempt.attemptsLeft,
        });
      case 'locked':
        return refuse(username, address, { reason: 'LOCKED', retryAfterSeconds: attempt.retryAfterSeconds });
    }
  }

  function signedIn(user: User, session: NewSession): WithToken<ConsoleSignedIn> {
    const { token, expiresAt } = session;
    return {
      answer: {
        outcome: 'signed-in',
        session: { expiresAt: expiresAt.toISOString() },
        user: toSessionUser(user),
      },
      token,
      expiresAt,
    };
  }

  return {
    async signIn(request) {
      const { username, address } = request;
      const subjects: LockSubject[] = [`account:${username}`];
      const user = await prove(request, subjects);
      if ('outcome' in user) return told(user);
      const barred = whyNot(user);
      if (barred !== null) return told(noPermission(barred));
      if (user.passwordExpiresAt !== null && user.passwordExpiresAt.getTime() <= now()) {
        return told(await refuse(username, address, { reason: 'PASSWORD_EXPIRED' }));
      }
      if (user.mustChangePassword && user.passwordHash !== null) {
        const ticket = tickets.issue(user.id, user.passwordHash);
        return told({
          outcome: 'password-change-required',
          ticket: { token: ticket.token, expiresAt: ticket.expiresAt.toISOString() },
          person: { name: user.name },
        });
      }
      const opening = { ...request, userId: user.id, passwordHash: user.passwordHash };
      const session = await openConsoleSession(prisma, opening, limits, now);
      // Disabled, or given another password or role, while this one was being checked.
      if (session === null) throw new AppError('SERVER_BUSY');
      return signedIn(user, session);
    },

    async setPassword({ ticket, newPassword, address, replaces }) {
      const rejected = (reason: FirstPasswordRejected['reason']) =>
        told({ outcome: 'password-rejected', reason } as const);
      const opened = tickets.open(ticket);
      const user = opened === null ? null : await prisma.user.findUnique({ where: { id: opened.userId } });
      const oldHash = user?.passwordHash ?? null;
      if (opened === null || user === null || oldHash === null || !opened.isFor(oldHash)) {
        return rejected('TICKET_EXPIRED');
      }
      const barred = whyNot(user);
      if (barred !== null) return told(noPermission(barred));
      const judged = judgePassword(newPassword, user.username);
      if (judged !== null) return rejected(judged);
      if (await passwords.matches(oldHash, newPassword)) return rejected('UNCHANGED');
      const passwordHash = await passwords.hash(newPassword);
      const session = await prisma.$transaction(async (tx) => {
        // Under the old hash only: of two requests with one ticket the first one wins.
        const { count } = await tx.user.updateMany({
          where: { id: user.id, passwordHash: oldHash },
          data: { passwordHash, mustChangePassword: false, passwordExpiresAt: null },
        });
        if (count === 0) return null;
        await recordAudit(
          tx,
          { action: 'password.changed', actorId: user.id, subject: `user:${user.id}`, detail: {} },
          address,
        );
        return openConsoleSession(tx, { userId: user.id, passwordHash, address, replaces }, limits, now);
      });
      if (session === null) return rejected('TICKET_EXPIRED');
      sessions.forgetAll(user.id);
      return signedIn(user, session);
    },
  };
}

const noPermission = (reason: ConsoleNoPermissionReason): ConsoleNoPermission => ({
  outcome: 'no-permission',
  reason,
});

/** Why an account has no business here, although its password is right; null when it has. */
function whyNot(user: User): ConsoleNoPermissionReason | null {
  if (user.status !== 'ACTIVE') return 'ACCOUNT_DISABLED';
  if (user.leftAt !== null) return 'LEFT_ORGANISATION';
  return user.role === 'USER' ? 'ADMINISTRATORS_ONLY' : null;
}
