import { type ComputedRef, computed, type Ref, ref } from 'vue';
import { failureText } from './sign-in/failure.ts';

export interface Work {
  /** What is being done, by its name; empty for nothing. */
  doing: Ref<string>;
  busy: ComputedRef<boolean>;
  /** What went wrong, or is wrong with what was filled in; empty for nothing. */
  problem: Ref<string>;
  /** What support needs to find it. */
  detail: Ref<string>;
  /** Does something, unless something is being done already. */
  attempt(work: () => Promise<unknown>, what?: string): Promise<void>;
}

/**
 * What a person asks for by a button.
 *
 * @param tell tells what went wrong, in place of `problem`.
 */
export function useWork(tell?: (cause: unknown) => void): Work {
  const doing = ref('');
  const problem = ref('');
  const detail = ref('');
  return {
    doing,
    busy: computed(() => doing.value !== ''),
    problem,
    detail,
    async attempt(work, what = 'work') {
      if (doing.value !== '') return;
      doing.value = what;
      problem.value = '';
      detail.value = '';
      try {
        await work();
      } catch (cause) {
        if (tell) tell(cause);
        else ({ message: problem.value, detail: detail.value } = failureText(cause));
      } finally {
        doing.value = '';
      }
    },
  };
}
