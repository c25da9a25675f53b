import { shallowRef } from 'vue';
import { post } from '../api.ts';
import { signedOut } from '../session.ts';
import { mayLeave } from '../unsaved.ts';

/** Whether the sign-in page shows since somebody has left, and waits for them to come back. */
export const leftByChoice = shallowRef(false);

/**
 * Ends the session here and on the server; after a question, where typed text would be lost.
 *
 * @throws ApiError when the server could not be told
 */
export async function signOut(): Promise<void> {
  if (!(await mayLeave())) return;
  await post('/api/auth/logout');
  leave();
}

/** The session has ended on the server already, by the person's own deed. */
export function leave(): void {
  leftByChoice.value = true;
  signedOut();
}
