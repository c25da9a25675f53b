import { setTimeout as delay } from 'node:timers/promises';
import { generatePassword, type Passwords } from '../auth/passwords.ts';
import { AppError } from '../plugins/errors.ts';
import type { PlannedRow } from './plan.ts';

/** Days until an initial password that was not changed is refused. */
export const initialPasswordDays = 30;

export interface HashedPasswords {
  /** By row. */
  hashes: Map<number, string>;
  /** Those that were generated, by row. */
  generated: Map<number, string>;
}

/** So many hashes of an import are under way: whoever signs in meanwhile waits for one of them at most. */
const atOnce = 2;

/**
 * Hashes the initial passwords of new people, and makes those that shall be generated. It takes long: some 20 ms
 * each.
 *
 * @param onProgress told of each one.
 * @throws the signal's reason when it is aborted.
 */
export async function hashInitialPasswords(
  rows: readonly PlannedRow[],
  passwords: Passwords,
  { signal, onProgress }: { signal: AbortSignal; onProgress: () => void },
): Promise<HashedPasswords> {
  const result: HashedPasswords = { hashes: new Map(), generated: new Map() };
  const waiting = rows[Symbol.iterator]();
  async function work(): Promise<void> {
    for (const one of waiting) {
      if (one.kind !== 'created' || one.password === null) continue;
      signal.throwIfAborted();
      const generate = one.password === 'generate';
      const password = generate ? generatePassword(one.username) : one.password;
      result.hashes.set(one.row, await patiently(() => passwords.hash(password), signal));
      if (generate) result.generated.set(one.row, password);
      onProgress();
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return result;
}

/** People who sign in go before: where their hashes fill the queue, this waits. */
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
