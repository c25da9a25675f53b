import { type Component, defineAsyncComponent } from 'vue';
import WaitPage from './shell/WaitPage.vue';

/** Waits before a part is asked for again, in milliseconds: the network may be bad, or the server busy. */
const waitsMs = [1000, 3000];

async function again<T>(load: () => Promise<T>): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  return load();
}

/**
 * A page whose part of the app is fetched when it is first opened. The frame stays, and says that it is loading; what
 * fails is asked for again, and only then brings up `CrashPage.vue`.
 */
export const steady = (load: () => Promise<Component | { default: Component }>): Component =>
  defineAsyncComponent({
    loader: () => again(load) as Promise<Component>,
    loadingComponent: WaitPage,
    delay: 300,
  });
