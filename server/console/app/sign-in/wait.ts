import { onScopeDispose, type Ref, ref } from 'vue';

/** Seconds that are left of a wait; counts by the clock, since timers sleep with the page. */
export function useWait(): { seconds: Ref<number>; wait(seconds: number): void } {
  const seconds = ref(0);
  let timer = 0;
  function tick(until: number): void {
    seconds.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    if (seconds.value > 0) timer = window.setTimeout(() => tick(until), 1000);
  }
  onScopeDispose(() => window.clearTimeout(timer));
  return {
    seconds,
    wait(length) {
      window.clearTimeout(timer);
      tick(Date.now() + length * 1000);
    },
  };
}
