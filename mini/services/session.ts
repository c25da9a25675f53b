/**
 * The sign-in: one for all pages, the stored session first, and the outcomes.
 *
 * The stored sessions are keyed by corpId, because the container's storage is shared by all organisations of a person.
 */
import type {
  BindOutcome,
  BindRejected,
  BindRequest,
  LoginOutcome,
  LoginRequest,
  NoPermissionReason,
  SessionUser,
  SignedIn,
} from '../../server/contract/auth.ts';
import { config } from '../config/current.ts';
import { type AuthCode, containerCorpId, DdError, getAuthCode, readStorage, writeStorage } from './dd.ts';
import { authCodeFault, clientFault, type Fault } from './faults.ts';
import { asPlace, CODE_LIFE, isDue, type PlaceInLine, storedPlace } from './place.ts';
import { isOpaque, request } from './request.ts';
import { asSession, isLive, readSession, type Session } from './session-cache.ts';

export type Outcome =
  | { state: 'signed-in'; session: Session }
  | { state: 'bind-required'; personName: string }
  | { state: 'no-permission'; reason: NoPermissionReason }
  /** Waiting in line; the next sign-in continues with this place. `expectedAt`: epoch milliseconds. */
  | { state: 'waiting'; expectedAt: number }
  | { state: 'signed-out' }
  | { state: 'trouble'; fault: Fault };

/** Within this time after a sign-in a hidden HTTP error does not count as an expired session (milliseconds). */
const FRESH = 60_000;

let launchCorpId = '';
let current: Session | null = null;
let signedInAt = 0;
/** The phone's clock is ahead, so that a new session looks expired: only the server can tell. */
let clockIsAhead = false;
let ticket: { token: string; personName: string } | null = null;
let line: PlaceInLine | null = null;
/** The unused code of a person who must wait. */
let unused: { code: AuthCode; at: number } | null = null;
let signedOut = false;
let pending: Promise<Outcome> | null = null;
/** Increases with each sign-out and change of organisation: an older sign-in must not restore a session. */
let generation = 0;

/** Sets the corpId of `onLaunch`, which is used before the container's and the configured one. */
export function launchedWith(corpId: string): void {
  launchCorpId = corpId;
}

/**
 * The container shows the program again, perhaps with a corpId (empty for none). A session of one organisation must not
 * be used in another.
 *
 * @returns whether the organisation has changed: then the open page is wrong.
 */
export function shownWith(id: string): boolean {
  if (id === '' || id === corpId()) return false;
  launchCorpId = id;
  generation += 1;
  signedOut = false;
  current = null;
  ticket = null;
  line = null;
  unused = null;
  pending = null;
  return true;
}

function corpId(): string {
  return launchCorpId || containerCorpId() || config.corpId;
}

function storageKey(): string {
  return `session:${corpId()}`;
}

function placeKey(): string {
  return `place:${corpId()}`;
}

/** The platform's name of a person who must bind an account; null otherwise. */
export function personToBind(): string | null {
  return ticket === null ? null : ticket.personName;
}

/**
 * Resolves with an outcome; never rejects. A live session (memory, then storage) needs no call. Simultaneous calls
 * share one sign-in.
 */
export function ensureSession(): Promise<Outcome> {
  if (signedOut) return Promise.resolve<Outcome>({ state: 'signed-out' });
  if (ticket !== null) {
    return Promise.resolve<Outcome>({ state: 'bind-required', personName: ticket.personName });
  }
  if (current !== null && (clockIsAhead || isLive(current))) {
    return Promise.resolve<Outcome>({ state: 'signed-in', session: current });
  }
  if (line !== null && !isDue(line)) return Promise.resolve(waiting(line));
  return shared(start);
}

function waiting({ expectedAt }: PlaceInLine): Outcome {
  return { state: 'waiting', expectedAt };
}

/** Replaces a refused session. Requests with the same refused token share one sign-in; late ones get its session. */
export function renewSession(refused: string): Promise<Outcome> {
  if (signedOut) return Promise.resolve<Outcome>({ state: 'signed-out' });
  if (current !== null && current.token !== refused) {
    return Promise.resolve<Outcome>({ state: 'signed-in', session: current });
  }
  current = null;
  return shared(async () => {
    await writeStorage(storageKey(), null);
    return signIn();
  });
}

/** Signs in from the start, without ticket and sign-out, at the person's request. */
export function signInAgain(): Promise<Outcome> {
  signedOut = false;
  ticket = null;
  return ensureSession();
}

/** Whether this fault may mean an expired session, so that a silent sign-in may help. */
export function mayBeExpired(fault: Fault): boolean {
  return fault.status === 401 || (isOpaque(fault) && Date.now() - signedInAt > FRESH);
}

function shared(work: () => Promise<Outcome>): Promise<Outcome> {
  if (pending !== null) return pending;
  const began = generation;
  const run = work()
    .catch((error: unknown): Outcome => {
      console.error('sign-in failed unexpectedly', error);
      return { state: 'trouble', fault: clientFault('PAGE_ERROR') };
    })
    .then((outcome): Outcome => {
      if (pending === run) pending = null;
      return outcome;
    })
    // A sign-out or another organisation came meanwhile: this result no longer counts.
    .then((outcome) => (began === generation ? outcome : ensureSession()));
  pending = run;
  return run;
}

async function start(): Promise<Outcome> {
  const began = generation;
  const cached = await readSession(storageKey());
  if (cached !== null && began === generation) {
    current = cached;
    return { state: 'signed-in', session: cached };
  }
  if (line === null) {
    const kept = storedPlace(await readStorage(placeKey()));
    if (began === generation) line = kept;
  }
  return line !== null && !isDue(line) ? waiting(line) : signIn();
}

/** The unused code while it is valid; else a new one. */
async function nextCode(): Promise<{ code: AuthCode; at: number }> {
  const kept = unused;
  unused = null;
  if (kept !== null && Date.now() - kept.at < CODE_LIFE) return kept;
  return { code: await getAuthCode(corpId(), config.container), at: Date.now() };
}

/**
 * Gets a code and sends it; a refused code is replaced once. A code is sent again only if the server says that it was
 * not used.
 */
async function signIn(): Promise<Outcome> {
  const began = generation;
  for (let attempt = 1; ; attempt += 1) {
    let next: { code: AuthCode; at: number };
    try {
      next = await nextCode();
    } catch (error) {
      const fault = error instanceof DdError ? authCodeFault(error) : clientFault('AUTH_CODE_FAILED');
      return { state: 'trouble', fault };
    }
    // The organisation has changed: this code belongs to the former one.
    if (began !== generation) return { state: 'signed-out' };
    const { code } = next;
    const place = line === null ? null : line.place;
    const body: LoginRequest = { authCode: code.code, client: 'mini', place };
    if (code.container === 'dingtalk' && corpId() !== '') body.corpId = corpId();
    const options = { method: 'POST', path: '/api/auth/login', body, holds: 'outcome' } as const;
    const reply = await request<LoginOutcome>(options);
    if (began !== generation) return { state: 'signed-out' };
    if (reply.ok && reply.data.outcome === 'wait' && !reply.data.newCode) unused = next;
    if (reply.ok) return settle(reply);
    const refused = reply.fault.status === 401 || isOpaque(reply.fault);
    if (!refused || attempt === 2) return { state: 'trouble', fault: reply.fault };
  }
}

async function settle({ data, requestId }: { data: LoginOutcome; requestId: string }): Promise<Outcome> {
  const place = data.outcome === 'wait' ? asPlace(data) : null;
  if (line !== null || place !== null) await writeStorage(placeKey(), place);
  line = place;
  if (place !== null) return waiting(place);
  switch (data.outcome) {
    case 'signed-in':
      return adopt(data, requestId);
    case 'bind-required':
      if (typeof data.ticket?.token !== 'string') break;
      ticket = { token: data.ticket.token, personName: data.person.name };
      return { state: 'bind-required', personName: data.person.name };
    case 'no-permission':
      return { state: 'no-permission', reason: data.reason };
    default:
  }
  return unexpected(requestId);
}

const unexpected = (requestId: string): Outcome => ({
  state: 'trouble',
  fault: clientFault('ANSWER_UNEXPECTED', null, requestId),
});

async function adopt(data: SignedIn, requestId: string): Promise<Outcome> {
  const session = asSession({ ...data.session, user: data.user });
  if (session === null) return unexpected(requestId);
  current = session;
  signedInAt = Date.now();
  clockIsAhead = !isLive(session);
  ticket = null;
  await writeStorage(storageKey(), current);
  return { state: 'signed-in', session };
}

export type BindResult = Outcome | { state: 'bind-rejected'; rejection: BindRejected };

/**
 * Binds the person to an account of this system. Without a ticket, or with a refused one, the rejection is
 * `TICKET_EXPIRED`; a new sign-in gives a new ticket.
 */
export async function bind(username: string, password: string): Promise<BindResult> {
  if (ticket === null) {
    return { state: 'bind-rejected', rejection: { outcome: 'bind-rejected', reason: 'TICKET_EXPIRED' } };
  }
  const began = generation;
  const body: BindRequest = { ticket: ticket.token, username, password };
  const options = { method: 'POST', path: '/api/auth/bind', body, holds: 'outcome' } as const;
  const reply = await request<BindOutcome>(options);
  if (began !== generation) return ensureSession();
  if (!reply.ok) return { state: 'trouble', fault: reply.fault };
  switch (reply.data.outcome) {
    case 'signed-in':
      return adopt(reply.data, reply.requestId);
    case 'no-permission':
      ticket = null;
      return { state: 'no-permission', reason: reply.data.reason };
    case 'bind-rejected':
      return { state: 'bind-rejected', rejection: reply.data };
    default:
      return unexpected(reply.requestId);
  }
}

/** Stores the server's present account data; a late answer about another person is ignored. */
export async function updateUser(user: SessionUser): Promise<void> {
  if (current === null || current.user.id !== user.id) return;
  current = { ...current, user };
  await writeStorage(storageKey(), current);
}

/**
 * Ends the session here, and on the server if it can be reached; never rejects.
 *
 * @returns whether the server ended it too; otherwise it expires there.
 */
export async function signOut(): Promise<boolean> {
  const session = current;
  generation += 1;
  signedOut = true;
  current = null;
  ticket = null;
  pending = null;
  await writeStorage(storageKey(), null);
  if (session === null) return true;
  const { token } = session;
  const reply = await request<unknown>({ method: 'POST', path: '/api/auth/logout', token, holds: 'outcome' });
  return reply.ok || reply.fault.status === 401;
}

/** After the server has ended all sessions of the person at their request: the next page signs in again. */
export async function sessionEnded(): Promise<void> {
  current = null;
  await writeStorage(storageKey(), null);
}
