import { computed, shallowRef, watch } from 'vue';
import type { SessionUser } from '../../contract/auth.ts';

/**
 * Who uses the page. `checking`: not known yet. `signed-out`: the sign-in page shows, above whatever address is open,
 * so that it comes back after the sign-in. `expired`: the session ended while the page was in use; the sign-in page
 * shows, and the person's page waits below it with all that was typed into it.
 */
type SessionState =
  | { state: 'checking' | 'signed-out'; user: null }
  | { state: 'expired' | 'signed-in'; user: SessionUser };

const current = shallowRef<SessionState>({ state: 'checking', user: null });

export const sessionState = computed(() => current.value.state);
export const sessionHasExpired = computed(() => current.value.state === 'expired');

/** The person whose page this is, also while their session has to be renewed; null before the sign-in. */
export const currentUser = computed(() => current.value.user);

/** Whether the signed-in person may change things; auditors only read. */
export const isAdministrator = computed(() => current.value.user?.role === 'ADMIN');

export function signedIn(user: SessionUser): void {
  current.value = { state: 'signed-in', user };
}

export function signedOut(): void {
  current.value = { state: 'signed-out', user: null };
}

/** A request was told that the session is over. */
export function sessionExpired(): void {
  const { user } = current.value;
  current.value = user === null ? { state: 'signed-out', user } : { state: 'expired', user };
}

/** Waits until somebody has signed in where a session has expired. @returns whether it is the same person */
export function sessionIsBack(): Promise<boolean> {
  const before = current.value.user?.id;
  return new Promise((resolve) => {
    const stop = watch(
      current,
      ({ state, user }) => {
        if (state === 'expired') return;
        stop();
        resolve(state === 'signed-in' && user.id === before);
      },
      { flush: 'sync' },
    );
  });
}
