import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../plugins/errors.ts';
import type { Passwords } from './passwords.ts';

/** Hashes at a time. A sign-in waits for at most one of them. */
const atOnce = 2;

/**
 * Hashes many passwords without delaying sign-ins. Each takes some 20 ms.
 *
 * @param keep called with each entry and its hash.
 * @throws the signal's reason when it is aborted.
 */
export async function hashMany<T extends { password: string }>(
  passwords: Passwords,
  wanted: Iterable<T>,
  signal: AbortSignal,
  keep: (entry: T, hash: string) => void,
): Promise<void> {
  const waiting = wanted[Symbol.iterator]();
  async function work(): Promise<void> {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      signal.throwIfAborted();
      const { value } = next;
      keep(value, await patiently(() => passwords.hash(value.password), signal));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Waits while sign-ins fill the queue of hashes. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'TOO_MANY_REQUESTS')) throw error;
      await delay(200, undefined, { signal });
    }
  }
}
