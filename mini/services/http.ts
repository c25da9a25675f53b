/** Requests as the signed-in person: bearer token, and one silent sign-in when the session has ended. */
import { clientFault, type Fault } from './faults.ts';
import { isOpaque, type RequestOptions, request } from './request.ts';
import { ensureSession, mayBeExpired, type Outcome, renewSession } from './session.ts';

/** Why there is no data: a fault to show on the page, or an outcome of the sign-in with a page of its own. */
export type Failure =
  | { ok: false; fault: Fault }
  | { ok: false; outcome: Exclude<Outcome, { state: 'trouble' }> };

export type Answer<T> = { ok: true; data: T } | Failure;

/**
 * Sends a request with the session's token; never rejects. If the server no longer knows the session, signs in
 * silently, once, and repeats the request, once; simultaneous requests share that sign-in. A POST with a hidden failure
 * is not repeated: the server may have executed it.
 */
export async function call<T>(options: Omit<RequestOptions, 'token'>): Promise<Answer<T>> {
  const before = await ensureSession();
  if (before.state !== 'signed-in') return failure(before);
  const { token } = before.session;
  const first = await request<T>({ ...options, token });
  if (first.ok || !mayBeExpired(first.fault)) return first;

  const renewed = await renewSession(token);
  if (renewed.state !== 'signed-in') return failure(renewed);
  if (options.method === 'POST' && isOpaque(first.fault)) return first;
  // A request of one person must not be sent as another.
  if (renewed.session.user.id !== before.session.user.id) return first;
  return request<T>({ ...options, token: renewed.session.token });
}

function failure(outcome: Outcome): Failure {
  switch (outcome.state) {
    case 'trouble':
      return { ok: false, fault: outcome.fault };
    case 'signed-in':
      return { ok: false, fault: clientFault('SESSION_EXPIRED') };
    default:
      return { ok: false, outcome };
  }
}
