import { isIPv6 } from 'node:net';
import { PlatformError } from '../platform/platform.ts';
import { AppError } from '../plugins/errors.ts';
import type { SignIn } from './sign-in.ts';

export interface Allowance {
  /** Seconds until `key` may go on; 0 when it may now. */
  waitFor(key: string): number;
  /** Counts one for `key`. */
  spend(key: string): void;
}

export interface AllowanceOptions {
  /** This many are free at once. */
  atOnce: number;
  /** This many are forgotten each minute. */
  perMinute: number;
  /** This many keys are remembered; the one that spent longest ago is dropped first. */
  keys?: number;
}

/**
 * Limits, for each key and in this process alone, what hardly ever happens to honest people. Only what has happened
 * counts, not the attempt. A key that goes on all the same runs up a debt of at most `atOnce`, which is forgotten at
 * the same pace.
 *
 * @param now epoch milliseconds.
 */
export function createAllowance(
  { atOnce, perMinute, keys = 10_000 }: AllowanceOptions,
  now: () => number,
): Allowance {
  const spending = new Map<string, { spent: number; at: number }>();

  function spentBy(key: string): number {
    const known = spending.get(key);
    if (known === undefined) return 0;
    const forgotten = (Math.max(0, now() - known.at) / 60_000) * perMinute;
    return Math.max(0, known.spent - forgotten);
  }

  return {
    waitFor(key) {
      const excess = spentBy(key) + 1 - atOnce;
      return excess <= 0 ? 0 : Math.ceil((excess / perMinute) * 60);
    },
    spend(key) {
      const spent = Math.min(spentBy(key) + 1, 2 * atOnce);
      // Moves the key to the end: the first key of the map spent longest ago.
      spending.delete(key);
      spending.set(key, { spent, at: now() });
      const [oldest] = spending.keys();
      if (spending.size > keys && oldest !== undefined) spending.delete(oldest);
    },
  };
}

/**
 * An office of hundreds behind one address sends hardly one invalid code a day, and never meets this limit. One address
 * can go on with 30 a minute: a fortieth of DingTalk's 20 calls a second.
 */
export const invalidCodes = { atOnce: 120, perMinute: 30 };

/**
 * Refuses addresses that have sent too many invalid codes. One machine with made-up codes must not fill the queue
 * before the platform, in which everybody waits.
 *
 * @returns a sign-in that also throws AppError TOO_MANY_REQUESTS.
 */
export function limitInvalidCodes(signIn: SignIn, now: () => number): SignIn {
  const invalid = createAllowance(invalidCodes, now);
  return async (request) => {
    const network = networkOf(request.address);
    const retryAfterSeconds = invalid.waitFor(network);
    if (retryAfterSeconds > 0) throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds });
    try {
      return await signIn(request);
    } catch (error) {
      if (error instanceof PlatformError && error.kind === 'code-invalid') invalid.spend(network);
      throw error;
    }
  };
}

/** The IPv4 address, or the first 64 bits of an IPv6 address: one connection may use every address within them. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':');
  const rest = tail?.split(':') ?? [];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  const first = [...groups, ...zeros, ...rest].slice(0, 4);
  return first.map((group) => Number.parseInt(group || '0', 16)).join(':');
}
