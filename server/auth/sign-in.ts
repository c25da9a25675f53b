import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { BindRequired, Client, NoPermission, NoPermissionReason, SignedIn } from '../contract/auth.ts';
import type { User } from '../database/generated/client.ts';
import { toSessionUser } from '../people/session-user.ts';
import { PlatformError, type PlatformErrorKind, type PlatformPerson } from '../platform/platform.ts';
import { AppError, SuperExecutiveFault } from '../plugins/errors.ts';
import { isUniqueViolation, linkAccount, type Match, matchPerson } from './matching.ts';

export interface SignInRequest {
  authCode: string;
  /** What the container says the organisation is; null where it does not say. */
  corpId: string | null;
  client: Client;
  /** The session token that the client holds already: it ends with the new one. Null for none. */
  replaces: string | null;
  /** Where the request came from, for the audit log. */
  address: string;
}

/** A `signed-in` answer always holds the token here; the route moves an h5 client's into the cookie. */
export type SignedInWithToken = SignedIn & { session: { token: string } };
export type SignInResult = SignedInWithToken | BindRequired | NoPermission;

/**
 * Exchanges a single-use auth code for a session, a binding ticket, or the reason why not. The same code in flight
 * twice makes one exchange, and both callers get its one result.
 *
 * @throws PlatformError where the platform is at fault or the code is refused.
 */
export type SignIn = (request: SignInRequest) => Promise<SignInResult>;

/** Platform refusals that are about the person, so an outcome; the other kinds are faults. */
const refusals: Partial<Record<PlatformErrorKind, NoPermissionReason>> = {
  'out-of-range': 'OUT_OF_RANGE',
  'left-organisation': 'LEFT_ORGANISATION',
  'wrong-organisation': 'WRONG_ORGANISATION',
};

export function noPermission(reason: NoPermissionReason): NoPermission {
  return { outcome: 'no-permission', reason };
}

/** A person for whom the platform vouches, since the moment before it was asked. */
interface Vouched {
  person: PlatformPerson;
  vouchedAt: Date;
  /** The person with what the exchange did not say; asks the platform once at most. */
  complete: () => Promise<PlatformPerson>;
}

export function createSignIn(app: FastifyInstance): SignIn {
  const { prisma, platform, config } = app;
  const { sessions, tickets } = app.accounts;
  const { now } = app.clock;
  // Clients of DingTalk know their organisation.
  const ownCorpId = config.platform.name === 'dingtalk' ? config.platform.corpId : null;
  const inFlight = new Map<string, Promise<SignInResult>>();

  /** Null where the account is not the person's any more. */
  async function open(
    match: Match & { kind: 'account' },
    { person, vouchedAt }: Vouched,
    request: SignInRequest,
  ): Promise<SignInResult | null> {
    const { user, by } = match;
    const opening = { ...request, userId: user.id, personId: person.id, vouchedAt };
    const isLinked = by === 'PLATFORM_ID' && user.boundAt !== null;
    const opened = isLinked
      ? await sessions.open(prisma, opening)
      : await prisma.$transaction(async (tx) => {
          const linked = await linkAccount(tx, user, person, by, new Date(now()), request.address);
          return linked === 'account-taken' ? 'not-theirs' : sessions.open(tx, opening);
        });
    if (opened === 'not-theirs') return null;
    // They left while this was under way: the later word counts.
    if (opened === 'left') return noPermission('LEFT_ORGANISATION');
    return signedIn({ ...user, dingUserId: person.id }, opened);
  }

  async function admit(vouched: Vouched, request: SignInRequest, triesLeft = 3): Promise<SignInResult> {
    if (triesLeft === 0) throw new AppError('SERVER_BUSY');
    const match = await matchPerson(prisma, vouched.person, config.auth, vouched.complete);
    if (match.kind === 'none') return noPermission('BINDING_CLOSED');
    if (match.kind === 'bind') {
      const person = await vouched.complete();
      const ticket = await tickets.issue(person, request.client);
      return {
        outcome: 'bind-required',
        ticket: { token: ticket.token, expiresAt: ticket.expiresAt.toISOString() },
        person: { name: person.name },
      };
    }
    if (match.user.status !== 'ACTIVE') return noPermission('ACCOUNT_DISABLED');
    try {
      const result = await open(match, vouched, request);
      if (result !== null) return result;
    } catch (error) {
      if (!isUniqueViolation(error)) throw metBy(match.user, error);
    }
    // The account was linked, unbound or disabled meanwhile: look again.
    return admit(vouched, request, triesLeft - 1);
  }

  async function exchange(request: SignInRequest): Promise<SignInResult> {
    const vouchedAt = new Date(now());
    try {
      const person = await platform.exchangeCode(request.authCode);
      let completed: Promise<PlatformPerson> | undefined;
      const complete = () => {
        completed ??= platform.complete(person);
        return completed;
      };
      return await admit({ person, vouchedAt, complete }, request);
    } catch (error) {
      const reason = error instanceof PlatformError ? refusals[error.kind] : undefined;
      if (reason === undefined) throw error;
      return noPermission(reason);
    }
  }

  return async (request) => {
    // A code of another organisation would be refused as merely wrong; the person must be told the reason.
    if (request.corpId !== null && ownCorpId !== null && request.corpId !== ownCorpId) {
      return noPermission('WRONG_ORGANISATION');
    }
    const key = createHash('sha256').update(`${request.client} ${request.authCode}`).digest('base64');
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const started = exchange(request).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };
}

/** Marks an error that a 超级高管 met: no session says yet who it is. */
function metBy({ id, isSuperExecutive }: User, error: unknown): unknown {
  return isSuperExecutive && error instanceof Error ? new SuperExecutiveFault(id, error) : error;
}

/** The answer that tells a client of its new session. */
export function signedIn(user: User, session: { token: string; expiresAt: Date }): SignedInWithToken {
  return {
    outcome: 'signed-in',
    session: { token: session.token, expiresAt: session.expiresAt.toISOString() },
    user: toSessionUser(user),
  };
}
