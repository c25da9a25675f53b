import type { TokenStore } from './platform.ts';

type Token = { token: string; expiresAt: number };

/**
 * A TokenStore in this process's memory: for tests, tools, and servers that are a single process.
 */
export function memoryTokenStore(): TokenStore {
  const tokens = new Map<string, Token>();
  const tails = new Map<string, Promise<unknown>>();
  return {
    async read(app) {
      return tokens.get(app) ?? null;
    },
    async write(app, token) {
      tokens.set(app, token);
    },
    async drop(app, token) {
      if (tokens.get(app)?.token === token) tokens.delete(app);
    },
    async exclusively(app, work) {
      const turn = (tails.get(app) ?? Promise.resolve()).then(work);
      tails.set(
        app,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
}
