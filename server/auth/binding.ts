import type { FastifyInstance } from 'fastify';
import { recordAudit } from '../audit/audit.ts';
import type { BindRejected, BindRejectedReason, Client, NoPermission } from '../contract/auth.ts';
import type { BindTicket, User } from '../database/generated/client.ts';
import { createAllowance } from '../plugins/allowance.ts';
import { AppError } from '../plugins/errors.ts';
import { isUniqueViolation, linkAccount } from './matching.ts';
import { hasExpired } from './passwords.ts';
import { clientOf, type OpeningRefusal } from './sessions.ts';
import { noPermission, type SignedInWithToken, signedIn } from './sign-in.ts';

export interface BindingRequest {
  ticket: string;
  username: string;
  password: string;
  /** The client's present session token, which ends with the sign-in; null for none. */
  replaces: string | null;
  /** Where the request came from, for the audit log. */
  address: string;
  /** Whether another site's page sent the request, which could sign a person in to a stranger's account. */
  crossSite: boolean;
}

/** `client` is the client of the ticket; it decides how the token is delivered. */
export type BindingResult =
  | { signedIn: SignedInWithToken; client: Client }
  | { refusal: BindRejected | NoPermission };

/**
 * Binds the account of user name and password to the ticket's person and signs that person in, in one transaction. A
 * refused attempt does not use up the ticket.
 *
 * @throws AppError if the account system cannot be asked, FORBIDDEN for another site's request, TOO_MANY_REQUESTS after
 * many refusals of one person.
 */
export type Bind = (request: BindingRequest) => Promise<BindingResult>;

/** Thrown to roll the transaction back; carries the answer. */
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

/**
 * The limit of refusals of one person, because each one adds to the audit log, from which nobody can delete. Wrong
 * passwords lock much earlier; this limit is for right passwords of accounts that may not be bound.
 */
const refusalsOfPerson = { atOnce: 60, perMinute: 1 };

/** The account and origin of an attempt, for the audit log. */
interface Asked {
  subject: string;
  address: string;
}

export function createBinding(app: FastifyInstance): Bind {
  const { prisma } = app;
  const { sessions, tickets, credentials, lockout, typedAccount } = app.accounts;
  const { now } = app.clock;
  const refusals = createAllowance(refusalsOfPerson, now);

  /** Writes a refusal to the audit log. @returns the refusal. */
  async function refuse<T extends BindRejected | NoPermission>(
    ticket: BindTicket,
    { subject, address }: Asked,
    refusal: T,
  ): Promise<T> {
    refusals.spend(ticket.dingUserId);
    await recordAudit(
      prisma,
      {
        action: 'bind.refused',
        actorId: null,
        subject,
        detail: { reason: refusal.reason, dingUserId: ticket.dingUserId },
      },
      address,
    );
    return refusal;
  }

  /** Checks user name and password. @returns the account, or the refusal. */
  async function prove(ticket: BindTicket, request: BindingRequest): Promise<User | BindRejected> {
    const { username, password, address } = request;
    const { lock, subject } = await typedAccount(username, 'binding');
    const attempt = await lockout.attempt([`person:${ticket.dingUserId}`, lock], () =>
      credentials.verify(username, password),
    );
    const asked = { subject, address };
    switch (attempt.outcome) {
      case 'right':
        return attempt.value;
      case 'wrong': {
        const { attemptsLeft } = attempt;
        return refuse(ticket, asked, { ...rejected('INVALID_CREDENTIALS'), attemptsLeft });
      }
      case 'locked': {
        const { retryAfterSeconds, isNews } = attempt;
        const locked = { ...rejected('LOCKED'), retryAfterSeconds };
        return isNews ? refuse(ticket, asked, locked) : locked;
      }
    }
  }

  /** Why an account may not be bound, although its password is right; null if it may. */
  function whyNot(user: User): BindRejected | NoPermission | null {
    if (user.status !== 'ACTIVE') return noPermission('ACCOUNT_DISABLED');
    if (hasExpired(user, credentials.keepsPasswords, now())) return rejected('PASSWORD_EXPIRED');
    // By the platform's guide, the ids of 超级高管 are entered by hand, and only the id matches them.
    return user.isSuperExecutive ? noPermission('BINDING_CLOSED') : null;
  }

  /** The refusal behind a failed link. @throws `error` itself, if it is no refusal. */
  function refusalOf(error: unknown): BindRejected | NoPermission {
    if (error instanceof Refused) return rejected(error.reason);
    if (error instanceof NotAdmitted) {
      return noPermission(error.reason === 'left' ? 'LEFT_ORGANISATION' : 'ACCOUNT_DISABLED');
    }
    if (isUniqueViolation(error)) return rejected('PERSON_ALREADY_BOUND');
    throw error;
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
        personId: person.id,
        vouchedAt: ticket.createdAt,
        client,
        address,
        replaces,
      });
      if (typeof opened === 'string') throw new NotAdmitted(opened);
      // Only after the binding: a right password alone must not give new attempts at other accounts.
      await lockout.clear([`person:${person.id}`], tx);
      return opened;
    });
    return { signedIn: signedIn(session), client };
  }

  return async (request) => {
    const ticket = await tickets.find(request.ticket);
    if (ticket === null) return { refusal: { outcome: 'bind-rejected', reason: 'TICKET_EXPIRED' } };
    if (ticket.client === 'H5' && request.crossSite) throw new AppError('FORBIDDEN');
    const retryAfterSeconds = refusals.waitFor(ticket.dingUserId);
    if (retryAfterSeconds > 0) throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds });
    const proved = await prove(ticket, request);
    if ('outcome' in proved) return { refusal: proved };
    const asked = { subject: `account:${proved.username}`, address: request.address };
    const refusal = whyNot(proved);
    if (refusal !== null) return { refusal: await refuse(ticket, asked, refusal) };
    try {
      return await link(ticket, proved, request);
    } catch (error) {
      return { refusal: await refuse(ticket, asked, refusalOf(error)) };
    }
  };
}

const rejected = (reason: BindRejectedReason): BindRejected => ({ outcome: 'bind-rejected', reason });
