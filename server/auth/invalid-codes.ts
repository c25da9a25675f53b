import { isIPv6 } from 'node:net';
import { PlatformError } from '../platform/platform.ts';
import { createAllowance } from '../plugins/allowance.ts';
import { AppError } from '../plugins/errors.ts';
import type { SignIn } from './sign-in.ts';

/**
 * An office of hundreds behind one address sends hardly one invalid code a day. After the first ones an address may
 * send 30 a minute: a fortieth of DingTalk's 20 calls a second.
 */
export const invalidCodes = { atOnce: 120, perMinute: 30 };

/**
 * Refuses addresses that have sent too many invalid codes: one machine must not fill the queue before the platform with
 * invented codes.
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
export function networkOf(address: string): string {
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
