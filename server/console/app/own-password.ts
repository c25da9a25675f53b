import { computed } from 'vue';
import type { OwnPassword } from '../../contract/auth.ts';
import { get } from './api.ts';
import { useLoad } from './load.ts';

/**
 * The person's own password, for the pages where it is changed. `shown` says whether they have one here: who signs in
 * by the platform alone has none, and another system may keep it.
 */
export function useOwnPassword() {
  const { data: password, error, loading, reload } = useLoad(() => get<OwnPassword>('/api/me/password'));
  const shown = computed(
    () => error.value !== null || password.value?.state === 'own' || password.value?.state === 'one-time',
  );
  return { password, error, loading, reload, shown };
}
