import { computed, shallowReactive } from 'vue';
import type { SessionUser } from '../../contract.ts';

/**
 * Who uses the page. `checking`: not known yet; `signed-out`: the sign-in page shows, above whatever address is
 * open, so that it comes back after the sign-in.
 */
interface SessionState {
  state: 'checking' | 'signed-out' | 'signed-in';
  user: SessionUser | null;
  /** Why the sign-in page shows: the session ended while the page was in use. */
  expired: boolean;
}

const current = shallowReactive<SessionState>({ state: 'checking', user: null, expired: false });

export const sessionState = computed(() => current.state);
export const sessionHasExpired = computed(() => current.expired);

/** The signed-in person; null before the sign-in. */
export const currentUser = computed(() => current.user);

/** Whether the signed-in person may change things; auditors only read. */
export const isAdministrator = computed(() => current.user?.role === 'ADMIN');

export function signedIn(user: SessionUser): void {
  Object.assign(current, { state: 'signed-in', user, expired: false });
}

export function signedOut(): void {
  Object.assign(current, { state: 'signed-out', user: null, expired: false });
}

/** A request was told that the session is over. */
export function sessionExpired(): void {
  Object.assign(current, { state: 'signed-out', expired: current.user !== null, user: null });
}
