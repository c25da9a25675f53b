import { PlatformError, type TokenStore } from './platform.ts';

/** The platform refused the app token itself, before it looked at the request: docs/decisions/0006. */
export class TokenRefusedError extends PlatformError {
  constructor(api: string, upstreamCode: string) {
    super('fault', api, `平台 ${api} 不接受应用令牌（${upstreamCode}），请稍后重试`, { upstreamCode });
  }
}

/** A token with the end of its life in epoch milliseconds. */
export interface AppTokenValue {
  token: string;
  expiresAt: number;
}

export interface AppTokenOptions {
  /** The row's key in the store: one an app. */
  app: string;
  store: TokenStore;
  /** Asks the platform for a token, once. */
  fetchToken: () => Promise<AppTokenValue>;
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

/** How long before its end a token is renewed. */
const refreshEarlyMs = 10 * 60_000;
/** After a failed early refresh the valid token serves on, and the platform is left alone for so long. */
const refreshPauseMs = 30_000;

/**
 * The one app token of all instances: memory first, then the store, then the platform; one flight at a time in
 * this process and, by `store.exclusively`, one fetch among all. See docs/decisions/0007.
 */
export function createAppToken({ app, store, fetchToken, now }: AppTokenOptions): AppToken {
  let cached: AppTokenValue | null = null;
  /** The last token that the platform refused: never to be taken from the store again. */
  let refused: string | null = null;
  let flight: Promise<AppTokenValue> | null = null;
  let refreshNotBefore = 0;

  const alive = (value: AppTokenValue) => value.expiresAt > now() && value.token !== refused;
  const fresh = (value: AppTokenValue) => alive(value) && value.expiresAt - now() > refreshEarlyMs;

  function acquire(): Promise<AppTokenValue> {
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

  async function throughStore(): Promise<AppTokenValue> {
    let fetched: AppTokenValue | null = null;
    try {
      return await store.exclusively(app, async () => {
        const shared = await store.read(app);
        if (shared && fresh(shared)) return shared;
        if (refused !== null && shared?.token === refused) await store.drop(app, refused);
        try {
          fetched = await fetchToken();
        } catch (error) {
          if (shared && alive(shared)) return shared;
          throw error;
        }
        // A platform may give the same token again, renewed: then it is good again.
        if (fetched.token === refused) refused = null;
        await store.write(app, fetched);
        return fetched;
      });
    } catch (error) {
      // The store failed after the fetch: losing the token now would mean one fetch a request.
      if (fetched !== null) return fetched;
      throw error;
    }
  }

  async function get(): Promise<string> {
    if (cached === null || !alive(cached)) return (await acquire()).token;
    if (!fresh(cached) && now() >= refreshNotBefore) {
      refreshNotBefore = now() + refreshPauseMs;
      // In the background: nobody waits for it, and its failure is seen by `onCall`.
      acquire().catch(() => {});
    }
    return cached.token;
  }

  async function replace(token: string): Promise<string> {
    // Somebody else may have replaced it already.
    if (cached !== null && cached.token !== token && alive(cached)) return cached.token;
    refused = token;
    const value = await acquire();
    // A flight that had read the store before the refusal brings the refused token: one more.
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
