import { recordAudit } from '../audit/audit.ts';
import type { BindRejected, BindRejectedReason, Client, NoPermission } from '../contract.ts';
import type { PrismaClient } from '../database/database.ts';
import type { BindTicket, User } from '../database/generated/client.ts';
import { AppError } from '../errors.ts';
import { clientOf } from './clients.ts';
import type { CredentialVerifier } from './credentials.ts';
import { isUniqueViolation, linkAccount } from './linking.ts';
import type { Lockout, LockSubject } from './lockout.ts';
import type { OpeningRefusal, Sessions } from './sessions.ts';
import { noPermission, type SignedInWithToken, signedIn } from './sign-in.ts';
import type { Tickets } from './tickets.ts';

export interface BindingRequest {
  ticket: string;
  username: string;
  password: string;
  /** The session token that the client holds already: it ends with the new one. Null for none. */
  replaces: string | null;
  /** Where the request came from, for the audit log. */
  address: string;
  /** Whether another site's page sent it: nobody may be signed in to a stranger's account that way. */
  crossSite: boolean;
}

/** `client` is the one that the ticket was given to: it says how the token is delivered. */
export type BindingResult =
  | { signedIn: SignedInWithToken; client: Client }
  | { refusal: BindRejected | NoPermission };

export interface Binding {
  /**
   * Binds the account of user name and password to the ticket's person and signs them in: all of it or
   * nothing. A refused attempt leaves the ticket usable, until it expires.
   *
   * @throws AppError where the account system cannot be asked, or FORBIDDEN for another site's request.
   */
  bind(request: BindingRequest): Promise<BindingResult>;
}

/** Rolls the transaction back and carries the answer out of it. */
class Refused extends Error {
  readonly reason: BindRejectedReason;
  constructor(reason: BindRejectedReason) {
    super(reason);
    this.reason = reason;
  }
}

/** The account was disabled, or the person left, while the password was being checked. */
class NotAdmitted extends Error {
  readonly reason: OpeningRefusal;
  constructor(reason: OpeningRefusal) {
    super(reason);
    this.reason = reason;
  }
}

export function createBinding(deps: {
  prisma: PrismaClient;
  sessions: Sessions;
  tickets: Tickets;
  credentials: CredentialVerifier;
  lockout: Lockout;
  now: () => number;
}): Binding {
  const { prisma, sessions, tickets, credentials, lockout, now } = deps;

  async function refuse(
    ticket: BindTicket,
    request: BindingRequest,
    rejected: Omit<BindRejected, 'outcome'>,
  ): Promise<BindRejected> {
    await recordAudit(
      prisma,
      {
        action: 'bind.refused',
        actorId: null,
        subject: `account:${request.username}`,
        detail: { reason: rejected.reason, dingUserId: ticket.dingUserId },
      },
      request.address,
    );
    return { outcome: 'bind-rejected', ...rejected };
  }

  /** @returns the account whose password this is, or why not. */
  async function prove(
    ticket: BindTicket,
    request: BindingRequest,
    subjects: readonly LockSubject[],
  ): Promise<User | BindRejected> {
    const attempt = await lockout.attempt(subjects, () =>
      credentials.verify(request.username, request.password),
    );
    switch (attempt.outcome) {
      case 'right':
        return attempt.value;
      case 'wrong':
        return refuse(ticket, request, { reason: 'INVALID_CREDENTIALS', attemptsLeft: attempt.attemptsLeft });
      case 'locked':
        return refuse(ticket, request, { reason: 'LOCKED', retryAfterSeconds: attempt.retryAfterSeconds });
    }
  }

  async function link(ticket: BindTicket, user: User, request: BindingRequest): Promise<BindingResult> {
    const client = clientOf[ticket.client];
    const { address, replaces } = request;
    const person = {
      id: ticket.dingUserId,
      unionId: ticket.unionId,
      employeeCode: ticket.employeeCode,
    };
    const session = await prisma.$transaction(async (tx) => {
      if (!(await tickets.consume(tx, ticket))) throw new Refused('TICKET_EXPIRED');
      const linked = await linkAccount(tx, user, person, 'PASSWORD', new Date(now()), address);
      if (linked === 'account-taken') throw new Refused('ACCOUNT_ALREADY_BOUND');
      const opened = await sessions.open(tx, {
        userId: user.id,
        personId: person.id,
        vouchedAt: ticket.createdAt,
        client,
        address,
        replaces,
      });
      if (typeof opened === 'string') throw new NotAdmitted(opened);
      return opened;
    });
    return { signedIn: signedIn({ ...user, dingUserId: person.id }, session), client };
  }

  return {
    async bind(request) {
      const ticket = await tickets.find(request.ticket);
      if (ticket === null) return { refusal: { outcome: 'bind-rejected', reason: 'TICKET_EXPIRED' } };
      if (ticket.client === 'H5' && request.crossSite) throw new AppError('FORBIDDEN');
      const subjects: LockSubject[] = [`person:${ticket.dingUserId}`, `account:${request.username}`];
      const proved = await prove(ticket, request, subjects);
      if ('outcome' in proved) return { refusal: proved };
      if (proved.status !== 'ACTIVE') return { refusal: noPermission('ACCOUNT_DISABLED') };
      if (proved.passwordExpiresAt !== null && proved.passwordExpiresAt.getTime() <= now()) {
        return { refusal: await refuse(ticket, request, { reason: 'PASSWORD_EXPIRED' }) };
      }
      // The guide: the ids of 超级高管 are kept by hand, and they are matched by id alone.
      if (proved.isSuperExecutive) return { refusal: noPermission('BINDING_CLOSED') };
      try {
        return await link(ticket, proved, request);
      } catch (error) {
        if (error instanceof Refused)
          return { refusal: await refuse(ticket, request, { reason: error.reason }) };
        if (error instanceof NotAdmitted) {
          const reason = error.reason === 'left' ? 'LEFT_ORGANISATION' : 'ACCOUNT_DISABLED';
          return { refusal: noPermission(reason) };
        }
        if (!isUniqueViolation(error)) throw error;
        return { refusal: await refuse(ticket, request, { reason: 'PERSON_ALREADY_BOUND' }) };
      }
    },
  };
}
