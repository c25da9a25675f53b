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
  /** So many at once. */
  atOnce: number;
  /** So many are forgotten every minute. */
  perMinute: number;
  /** So many keys are remembered; those who have spent last. */
  keys?: number;
}

/**
 * Bounds what hardly ever happens to honest people, for each key, in this process alone. It is counted when it has
 * happened, so that nobody waits for having tried; who goes on all the same gets into debt, which takes as long to be
 * forgotten as what was allowed at once.
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
      // The last to spend is the last to be forgotten.
      spending.delete(key);
      spending.set(key, { spent, at: now() });
      const [oldest] = spending.keys();
      if (spending.size > keys && oldest !== undefined) spending.delete(oldest);
    },
  };
}

/**
 * An office of hundreds behind one address brings hardly one invalid code a day, so it never gets here; and what one
 * address can go on with is a fortieth of DingTalk's 20 calls a second.
 */
export const invalidCodes = { atOnce: 120, perMinute: 30 };

/**
 * A sign-in that turns an address away which has sent too many invalid codes: one machine with made-up ones must not
 * fill the queue before the platform, in which everybody waits.
 *
 * @returns throws AppError TOO_MANY_REQUESTS besides what `signIn` throws.
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

/** An IPv4 address itself; of IPv6 the first 64 bits, for one connection has as many addresses as it likes in them. */
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
