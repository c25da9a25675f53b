import type { FastifyInstance } from 'fastify';
import type {
  BindRequired,
  Client,
  NoPermission,
  NoPermissionReason,
  SignedIn,
  Wait,
} from '../contract/auth.ts';
import { isThrottled } from '../platform/answer.ts';
import { PlatformError, type PlatformErrorKind, type PlatformPerson } from '../platform/platform.ts';
import { CallRefusedError } from '../platform/protection.ts';
import type { Held } from '../platform/rate-limit.ts';
import { AppError, SuperExecutiveFault } from '../plugins/errors.ts';
import { createLine } from './line.ts';
import { isUniqueViolation, linkAccount, type Match, matchPerson } from './matching.ts';
import type { OpenedSession } from './sessions.ts';

export interface SignInRequest {
  authCode: string;
  /** What the container says the organisation is; null where it does not say. */
  corpId: string | null;
  client: Client;
  /** The place in line that the client was told before, null for none; left out by a client that cannot wait. */
  place?: string | null | undefined;
  /** The session token that the client holds already: it ends with the new one. Null for none. */
  replaces: string | null;
  /** Where the request came from, for the audit log. */
  address: string;
}

/** A `signed-in` answer always holds the token here; the route moves an h5 client's into the cookie. */
export type SignedInWithToken = SignedIn & { session: { token: string } };
export type SignInResult = SignedInWithToken | BindRequired | NoPermission | Wait;

/**
 * Exchanges a single-use auth code for a session, a binding ticket, the reason why not, or a place in line. The same code in flight
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
  const { database, prisma, platform, config } = app;
  const { sessions, tickets } = app.accounts;
  const { now } = app.clock;
  // Clients of DingTalk know their organisation.
  const ownCorpId = config.platform.name === 'dingtalk' ? config.platform.corpId : null;
  const line = createLine(config.secretKey, now);
  const inFlight = new Map<string, Promise<SignInResult>>();

  /** @param link the account that is bound to the person first; by default they have one. Null where they have none. */
  async function open(
    { person, vouchedAt }: Vouched,
    request: SignInRequest,
    link: (Match & { kind: 'account' }) | null = null,
  ): Promise<SignInResult | null> {
    const opening = { ...request, personId: person.id, vouchedAt };
    const opened =
      link === null
        ? await sessions.open(database.direct, opening)
        : await prisma.$transaction(async (tx) => {
            const { user, by } = link;
            const linked = await linkAccount(tx, user, person, by, new Date(now()), request.address);
            return linked === 'account-taken' ? 'not-bound' : sessions.open(tx, opening);
          });
    if (opened === 'not-bound') return null;
    // They left while this was under way: the later word counts.
    if (opened === 'left') return noPermission('LEFT_ORGANISATION');
    return signedIn(opened);
  }

  async function admit(vouched: Vouched, request: SignInRequest, triesLeft = 3): Promise<SignInResult> {
    if (triesLeft === 0) throw new AppError('SERVER_BUSY');
    // Nearly everybody is bound: one statement signs them in, and tells who they are.
    const known = await open(vouched, request).catch((error: unknown) => metBy(vouched.person, error));
    if (known !== null) return known;
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
      const result = await open(vouched, request, match);
      if (result !== null) return result;
    } catch (error) {
      if (!isUniqueViolation(error)) return metBy(vouched.person, error);
    }
    // The account was linked, unbound or disabled meanwhile: look again.
    return admit(vouched, request, triesLeft - 1);
  }

  /** Throws the error again, marked where a 超级高管 met it: no session says yet who it is. */
  async function metBy({ id }: PlatformPerson, error: unknown): Promise<never> {
    const user = await prisma.user.findUnique({ where: { dingUserId: id } }).catch(() => null);
    throw user?.isSuperExecutive && error instanceof Error ? new SuperExecutiveFault(user.id, error) : error;
  }

  async function exchange(request: SignInRequest): Promise<SignInResult> {
    const vouchedAt = new Date(now());
    const { authCode, place } = request;
    const placeMs = place === undefined ? undefined : line.placeMs(place);
    try {
      const person = await platform.exchangeCode(authCode, placeMs);
      let completed: Promise<PlatformPerson> | undefined;
      const complete = () => {
        completed ??= platform.complete(person);
        return completed;
      };
      return await admit({ person, vouchedAt, complete }, request);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const held = placeMs === undefined ? null : heldBack(error, placeMs);
      // The code of a call that was never sent is good.
      if (held !== null) return line.wait(held, !error.neverSent);
      const reason = refusals[error.kind];
      if (reason === undefined) throw error;
      return noPermission(reason);
    }
  }

  return async (request) => {
    // A code of another organisation would be refused as merely wrong; the person must be told the reason.
    if (request.corpId !== null && ownCorpId !== null && request.corpId !== ownCorpId) {
      return noPermission('WRONG_ORGANISATION');
    }
    const key = `${request.client} ${request.authCode}`;
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const started = exchange(request).finally(() => inFlight.delete(key));
    inFlight.set(key, started);
    return started;
  };
}

/** While the platform is left alone, people wait on until so long after their time, in milliseconds: then it is down. */
const patienceMs = 2 * 60_000;

/** How somebody goes on waiting after a refusal that is soon over; null where they are to read it. */
function heldBack(error: PlatformError, placeMs: number | null): Held | null {
  if (error instanceof CallRefusedError && error.refusedBy === 'limit') return error.held;
  const place = placeMs ?? 0;
  if (error.kind !== 'busy' || place < -patienceMs) return null;
  if (error instanceof CallRefusedError) return error.held;
  // Another program of the same app, or calls that overtook each other on their way.
  if (isThrottled(error)) return { placeMs: place, dueMs: place };
  // Another instance is fetching the app token.
  if (error.neverSent) {
    return { placeMs: place, dueMs: Math.max(place, (error.retryAfterSeconds ?? 1) * 1000) };
  }
  return null;
}

/** The answer that tells a client of its new session. */
export function signedIn({ token, expiresAt, user }: OpenedSession): SignedInWithToken {
  return { outcome: 'signed-in', session: { token, expiresAt: expiresAt.toISOString() }, user };
}
