import { PlatformError } from './platform.ts';
import type { StoredToken, TokenStore } from './token-store.ts';

/** The platform refused the app token itself, before it looked at the request. */
export class TokenRefusedError extends PlatformError {
  constructor(api: string, upstreamCode: string) {
    super('fault', api, `平台 ${api} 不接受应用令牌（${upstreamCode}），请稍后重试`, { upstreamCode });
  }
}

export interface AppTokenOptions {
  /** The app's name in the store: `<platform>:<appKey>`. */
  app: string;
  store: TokenStore;
  /** Fetches a token from the platform, with its lifetime in seconds. */
  fetchToken: () => Promise<{ token: string; lifeSeconds: number }>;
  /** Epoch milliseconds. */
  now: () => number;
}

export interface AppToken {
  /**
   * Calls `work` with the app token. If the platform refuses the token (TokenRefusedError), the token is
   * dropped, a new one is fetched once for everybody, and `work` is called once more.
   *
   * @throws PlatformError of the fetch or of `work`; errors of the store pass through unchanged.
   */
  use<T>(work: (token: string) => Promise<T>): Promise<T>;
}

/** How long before its end a token is renewed, in milliseconds. */
const refreshEarlyMs = 10 * 60_000;
/** The pause between two attempts to renew a valid token, in milliseconds. */
const refreshPauseMs = 30_000;

/**
 * The one app token of all instances: from memory, else from the store, else from the platform. One fetch at a time in
 * this process and, by `store.exclusively`, in all instances.
 */
export function createAppToken({ app, store, fetchToken, now }: AppTokenOptions): AppToken {
  let cached: StoredToken | null = null;
  /** The last token that the platform refused; it is not taken from the store again. */
  let refused: string | null = null;
  let flight: Promise<StoredToken> | null = null;
  let refreshNotBefore = 0;

  const alive = (value: StoredToken) => value.expiresAt > now() && value.token !== refused;
  const fresh = (value: StoredToken) => alive(value) && value.expiresAt - now() > refreshEarlyMs;

  function acquire(): Promise<StoredToken> {
    flight ??= (async () => {
      try {
        cached = await throughStore();
        return cached;
      } finally {
        flight = null;
      }
    })();
    return flight;
  }

  async function throughStore(): Promise<StoredToken> {
    let fetched: StoredToken | null = null;
    try {
      return await store.exclusively(app, async () => {
        const shared = await store.read(app);
        if (shared && fresh(shared)) return shared;
        if (refused !== null && shared?.token === refused) await store.drop(app, refused);
        try {
          // Taken before the request, so that the lifetime is not overestimated.
          const asked = now();
          const { token, lifeSeconds } = await fetchToken();
          fetched = { token, expiresAt: asked + lifeSeconds * 1000 };
        } catch (error) {
          if (shared && alive(shared)) return shared;
          throw error;
        }
        // The platform may issue the same token again; then it is valid again.
        if (fetched.token === refused) refused = null;
        await store.write(app, fetched);
        return fetched;
      });
    } catch (error) {
      // Kept in memory although the store failed: otherwise every request would fetch a token.
      if (fetched !== null) return fetched;
      throw error;
    }
  }

  async function get(): Promise<string> {
    if (cached === null || !alive(cached)) return (await acquire()).token;
    if (!fresh(cached) && now() >= refreshNotBefore) {
      refreshNotBefore = now() + refreshPauseMs;
      // Runs in the background: no call waits for it, and `onCall` reports a failure.
      acquire().catch(() => {});
    }
    return cached.token;
  }

  async function replace(token: string): Promise<string> {
    // Another call may have replaced it already.
    if (cached !== null && cached.token !== token && alive(cached)) return cached.token;
    refused = token;
    const value = await acquire();
    // A fetch that had read the store before the refusal returns the refused token: fetch once more.
    return value.token === refused ? (await acquire()).token : value.token;
  }

  return {
    async use(work) {
      const token = await get();
      try {
        return await work(token);
      } catch (error) {
        if (!(error instanceof TokenRefusedError)) throw error;
      }
      return work(await replace(token));
    },
  };
}
