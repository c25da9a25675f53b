import { computed, shallowRef, watch } from 'vue';
import type { SessionUser } from '../../contract/auth.ts';

/**
 * The state of the sign-in. `checking`: not known yet. `signed-out`: the sign-in page is shown at every address, and
 * the address opens afterwards. `expired`: the session ended while the page was in use; the sign-in page is shown, and
 * the person's page waits, hidden, with the typed text.
 */
type SessionState =
  | { state: 'checking' | 'signed-out'; user: null }
  | { state: 'expired' | 'signed-in'; user: SessionUser };

const current = shallowRef<SessionState>({ state: 'checking', user: null });

export const sessionState = computed(() => current.value.state);
export const sessionHasExpired = computed(() => current.value.state === 'expired');

/** The person of the page, also after the session's end; null before the sign-in. */
export const currentUser = computed(() => current.value.user);

/** Whether the signed-in person may change data; auditors can only read. */
export const isAdministrator = computed(() => current.value.user?.role === 'ADMIN');

export function signedIn(user: SessionUser): void {
  current.value = { state: 'signed-in', user };
}

export function signedOut(): void {
  current.value = { state: 'signed-out', user: null };
}

/** To be called after an answer that the session has ended. */
export function sessionExpired(): void {
  const { user } = current.value;
  current.value = user === null ? { state: 'signed-out', user } : { state: 'expired', user };
}

/** Waits for the sign-in after an expired session. @returns whether it is the same person */
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
