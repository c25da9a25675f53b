import { computed } from 'vue';
import { ownFacts as factsOf } from '../../../mini/services/words.ts';
import { roleNames } from '../../contract/constants.ts';
import { currentUser } from './session.ts';

/**
 * The data of the signed-in person on the account pages of console and H5, as in the mini program; empty without one.
 */
export const ownFacts = computed(() => {
  const user = currentUser.value;
  return user === null ? [] : factsOf(user, roleNames[user.role]);
});
