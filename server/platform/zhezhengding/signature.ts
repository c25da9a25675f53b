import { createHmac, randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/** Parameters in the order of sending; a repeated key has several pairs. */
export type Parameters = readonly (readonly [key: string, value: string])[];

/** The parts of a signature. */
export interface SigningInput {
  method: 'GET' | 'POST';
  /** e.g. `2026-01-02T03:04:05.678+08:00`. */
  timestamp: string;
  nonce: string;
  /** The API's path, without host and query. */
  path: string;
  parameters: Parameters;
}

/**
 * The 浙政钉 gateway's signature: base64(HMAC-SHA256(secret, METHOD ⏎ TIMESTAMP ⏎ NONCE ⏎ PATH [⏎ k=v&k=v])).
 * The values are raw, not URL-encoded; empty ones are left out; keys are sorted without regard to case, the
 * values of a repeated key among themselves. Source: the official Java SDK.
 */
export function sign(secret: string, { method, timestamp, nonce, path, parameters }: SigningInput): string {
  const pairs = withoutEmpty(parameters)
    .toSorted(([a, x], [b, y]) => compare(a.toLowerCase(), b.toLowerCase()) || compare(a, b) || compare(x, y))
    .map(([key, value]) => `${key}=${value}`);
  const lines = [method, timestamp, nonce, path];
  if (pairs.length > 0) lines.push(pairs.join('&'));
  return createHmac('sha256', secret).update(lines.join('\n'), 'utf8').digest('base64');
}

/** Empty values are neither signed nor sent. */
export function withoutEmpty(parameters: Parameters): Parameters {
  return parameters.filter(([, value]) => value !== '');
}

/** Order of UTF-16 code units, as Java's `String.compareTo`; never the locale's. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** China's time with milliseconds, e.g. `2026-01-02T03:04:05.678+08:00`, for epoch milliseconds. */
export function timestampOf(milliseconds: number): string {
  return new Date(milliseconds + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
}

/**
 * 13 digits of milliseconds and 4 more, which repeat only after 10,000 nonces: no nonce repeats within a millisecond.
 */
export function createNonces(): (milliseconds: number) => string {
  let count = randomInt(10_000);
  return (milliseconds) => {
    count = (count + 1) % 10_000;
    return String(Math.trunc(milliseconds)).padStart(13, '0') + String(count).padStart(4, '0');
  };
}

/** This machine's first external IPv4 address and its MAC, which the gateway wants in headers but does not sign. */
export function localAddress(): { ip: string; mac: string } {
  const outward = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  return { ip: outward?.address ?? '127.0.0.1', mac: outward?.mac ?? '00:00:00:00:00:00' };
}
