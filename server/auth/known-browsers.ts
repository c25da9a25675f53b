import { randomBytes } from 'node:crypto';
import type { Sealing } from '../database/sealing.ts';

/** How long a browser is known after its last sign-in, in milliseconds. */
const knownBrowserLifetimeMs = 180 * 24 * 3_600_000;

/** A browser in which somebody has signed in before. */
export interface KnownBrowser {
  /** Sealed: only the server can read it. */
  cookie: string;
  expiresAt: Date;
}

/**
 * Device cookies, as OWASP describes them: a browser in which a person has signed in counts its wrong passwords for
 * itself, so that strangers who guess at the account do not lock its owner out there. The cookie is no credential: a
 * thief gains five attempts. It is sealed with SECRET_KEY and stored in no table.
 *
 * @param now epoch milliseconds.
 */
export function createKnownBrowsers(sealing: Sealing, now: () => number) {
  const context = 'known-browser';

  /** The browser's id; null if the account does not know this browser. */
  function open(cookie: string | null, userId: string): string | null {
    const text = cookie === null ? null : sealing.open(cookie, context);
    if (text === null) return null;
    const [owner, id, expiresAt] = JSON.parse(text) as [string, string, number];
    return owner === userId && expiresAt > now() ? id : null;
  }

  return {
    open,
    /** Makes a browser known for an account, or renews a known one. */
    remember(userId: string, cookie: string | null): KnownBrowser {
      const id = open(cookie, userId) ?? randomBytes(16).toString('hex');
      const expiresAt = new Date(now() + knownBrowserLifetimeMs);
      const text = JSON.stringify([userId, id, expiresAt.getTime()]);
      return { cookie: sealing.seal(text, context), expiresAt };
    },
  };
}
