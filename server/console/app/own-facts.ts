import { computed } from 'vue';
import { ownFacts as factsOf } from '../../../mini/services/words.ts';
import { roleNames } from '../../contract/constants.ts';
import { currentUser } from './session.ts';

/** What the account pages of console and H5 say of the signed-in person, as the mini program does; empty without one. */
export const ownFacts = computed(() => {
  const user = currentUser.value;
  return user === null ? [] : factsOf(user, roleNames[user.role]);
});
