import { type Reactive, reactive, watch } from 'vue';
import { currentUser } from './session.ts';

/**
 * State that outlives its page: who comes back to a list finds it as they left it. Another person begins anew. To be
 * called outside of components.
 *
 * @param initial what it begins with.
 */
export function kept<T extends object>(initial: () => T): Reactive<T> {
  const state = reactive(initial());
  let owner = currentUser.value?.id;
  watch(
    () => currentUser.value?.id,
    (id) => {
      if (id === undefined || id === owner) return;
      owner = id;
      Object.assign(state, initial());
    },
    { flush: 'sync' },
  );
  return state;
}
