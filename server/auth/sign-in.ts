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
  /** The organisation that the container names; null if it names none. */
  corpId: string | null;
  client: Client;
  /** The client's place in line; null for none yet, absent for a client that cannot wait. */
  place?: string | null | undefined;
  /** The client's present session token, which ends with the sign-in; null for none. */
  replaces: string | null;
  /** Where the request came from, for the audit log. */
  address: string;
}

/** A `signed-in` answer always holds the token here; the route moves an h5 client's into the cookie. */
export type SignedInWithToken = SignedIn & { session: { token: string } };
export type SignInResult = SignedInWithToken | BindRequired | NoPermission | Wait;

/**
 * Exchanges a single-use auth code for a session, a binding ticket, a refusal, or a place in line. Two simultaneous
 * requests with the same code make one exchange and get the same result.
 *
 * @throws PlatformError for a fault of the platform or a refused code.
 */
export type SignIn = (request: SignInRequest) => Promise<SignInResult>;

/** Refusals of the platform that are about the person, and so are outcomes; all others are faults. */
const refusals: Partial<Record<PlatformErrorKind, NoPermissionReason>> = {
  'out-of-range': 'OUT_OF_RANGE',
  'left-organisation': 'LEFT_ORGANISATION',
  'wrong-organisation': 'WRONG_ORGANISATION',
};

export function noPermission(reason: NoPermissionReason): NoPermission {
  return { outcome: 'no-permission', reason };
}

/** A person whom the platform has confirmed, and the time just before it was asked. */
interface Vouched {
  person: PlatformPerson;
  vouchedAt: Date;
  /** The person with the data that the exchange did not give; asks the platform at most once. */
  complete: () => Promise<PlatformPerson>;
}

export function createSignIn(app: FastifyInstance): SignIn {
  const { database, prisma, platform, config } = app;
  const { sessions, tickets } = app.accounts;
  const { now } = app.clock;
  // Only DingTalk's clients name their organisation.
  const ownCorpId = config.platform.name === 'dingtalk' ? config.platform.corpId : null;
  const line = createLine(config.secretKey, now);
  const inFlight = new Map<string, Promise<SignInResult>>();

  /** @param link the account to bind to the person first; by default they already have one. Null if they have none. */
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
    // They left during this request: the later news counts.
    if (opened === 'left') return noPermission('LEFT_ORGANISATION');
    return signedIn(opened);
  }

  async function admit(vouched: Vouched, request: SignInRequest, triesLeft = 3): Promise<SignInResult> {
    if (triesLeft === 0) throw new AppError('SERVER_BUSY');
    // Nearly everybody is bound: one statement finds the account and signs it in.
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
    // The account was linked, unbound or disabled meanwhile: start again.
    return admit(vouched, request, triesLeft - 1);
  }

  /** Throws the error again, marked if it concerns a 超级高管: there is no session yet that names the person. */
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
      // The code of a call that was never sent is still valid.
      if (held !== null) return line.wait(held, !error.neverSent);
      const reason = refusals[error.kind];
      if (reason === undefined) throw error;
      return noPermission(reason);
    }
  }

  return async (request) => {
    // The platform would refuse another organisation's code as wrong; the person must be told the reason.
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

/**
 * While calls to the platform are paused, people wait until this long after their time, in milliseconds; then they get
 * the fault.
 */
const patienceMs = 2 * 60_000;

/** The place in line after a refusal that passes soon; null if the person must get the fault. */
function heldBack(error: PlatformError, placeMs: number | null): Held | null {
  if (error instanceof CallRefusedError && error.refusedBy === 'limit') return error.held;
  const place = placeMs ?? 0;
  if (error.kind !== 'busy' || place < -patienceMs) return null;
  if (error instanceof CallRefusedError) return error.held;
  // The limit was used by another program of the same app, or calls overtook each other on the network.
  if (isThrottled(error)) return { placeMs: place, dueMs: place };
  // Another instance is fetching the app token.
  if (error.neverSent) {
    return { placeMs: place, dueMs: Math.max(place, (error.retryAfterSeconds ?? 1) * 1000) };
  }
  return null;
}

/** The answer with a new session. */
export function signedIn({ token, expiresAt, user }: OpenedSession): SignedInWithToken {
  return { outcome: 'signed-in', session: { token, expiresAt: expiresAt.toISOString() }, user };
}
