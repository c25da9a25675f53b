import { watchEffect } from 'vue';
import { currentUser } from './session.ts';

/**
 * Tells the stability platform's reporter whose page this is: the account's id, which says nothing to outsiders.
 * Its code in the page (`stability.ts` of the server) reads it at each report; without the code nobody does.
 */
export function tellStability(): void {
  watchEffect(() => {
    document.documentElement.setAttribute('data-uid', currentUser.value?.id ?? '');
  });
}
