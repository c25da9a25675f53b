import { isIPv6 } from 'node:net';
import { PlatformError } from '../platform/platform.ts';
import { AppError } from '../plugins/app-error.ts';
import { createAllowance } from './allowance.ts';
import type { SignIn } from './sign-in.ts';

/**
 * An office of hundreds behind one address brings hardly one invalid code a day, so it never gets here; and what one
 * address can go on with is a fortieth of DingTalk's 20 calls a second. See docs/decisions/0030.
 */
export const invalidCodes = { atOnce: 120, perMinute: 30 };

/**
 * A sign-in that turns an address away which has sent too many invalid codes: one machine with made-up ones must not
 * fill the queue before the platform, in which everybody waits.
 *
 * @returns throws AppError TOO_MANY_REQUESTS besides what `signIn` throws.
 */
export function limitInvalidCodes({ signIn }: SignIn, now: () => number): SignIn {
  const invalid = createAllowance(invalidCodes, now);
  return {
    async signIn(request) {
      const network = networkOf(request.address);
      const retryAfterSeconds = invalid.waitFor(network);
      if (retryAfterSeconds > 0) throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds });
      try {
        return await signIn(request);
      } catch (error) {
        if (error instanceof PlatformError && error.kind === 'code-invalid') invalid.spend(network);
        throw error;
      }
    },
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
