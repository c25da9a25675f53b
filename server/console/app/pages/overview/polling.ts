import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';

export interface Polled<T> {
  data: ShallowRef<T | null>;
  /** Of the last attempt; what was there before stays in `data`. */
  error: ShallowRef<Error | null>;
  loading: ShallowRef<boolean>;
  reload(): Promise<void>;
}

/**
 * Reads something now and again and again while the page is looked at; what is shown stays until the next answer.
 *
 * @param everyMs from the end of one reading to the next, in milliseconds.
 */
export function usePolling<T>(read: () => Promise<T>, everyMs: number): Polled<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<Error | null>(null);
  const loading = shallowRef(false);
  let timer: number | undefined;
  let latest = 0;
  let over = false;
  let missed = false;

  async function reload(): Promise<void> {
    window.clearTimeout(timer);
    latest += 1;
    const mine = latest;
    loading.value = true;
    try {
      const answer = await read();
      // Of two at once, the later counts.
      if (mine !== latest) return;
      data.value = answer;
      error.value = null;
    } catch (cause) {
      if (mine === latest) error.value = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      if (mine === latest) {
        loading.value = false;
        next();
      }
    }
  }

  function next(): void {
    if (over) return;
    timer = window.setTimeout(() => {
      // Nobody looks: the server has better things to do.
      if (document.hidden) missed = true;
      else void reload();
    }, everyMs);
  }

  function looked(): void {
    if (document.hidden || !missed) return;
    missed = false;
    void reload();
  }

  document.addEventListener('visibilitychange', looked);
  onScopeDispose(() => {
    over = true;
    latest = -1;
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', looked);
  });
  void reload();
  return { data, error, loading, reload };
}
