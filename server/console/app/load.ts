import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';

export interface Loading<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<Error | null>;
  loading: ShallowRef<boolean>;
  /** Loads again; the old content stays until the answer comes. Of two requests the later one counts. */
  reload(): Promise<void>;
}

/** Loads data for a page at once, with the state for `LoadState`. */
export function useLoad<T>(fetchIt: () => Promise<T>): Loading<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<Error | null>(null);
  const loading = shallowRef(false);
  let latest = 0;
  onScopeDispose(() => {
    latest = -1;
  });

  async function reload(): Promise<void> {
    if (latest === -1) return;
    latest += 1;
    const mine = latest;
    loading.value = true;
    try {
      const result = await fetchIt();
      if (mine !== latest) return;
      data.value = result;
      error.value = null;
    } catch (cause) {
      if (mine === latest) error.value = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      if (mine === latest) loading.value = false;
    }
  }

  void reload();
  return { data, error, loading, reload };
}
