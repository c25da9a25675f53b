import { hashMany } from '../auth/many-passwords.ts';
import { generatePassword, type Passwords } from '../auth/passwords.ts';
import type { PlannedRow } from './plan.ts';

/** Days until an initial password that was not changed is refused. */
export const initialPasswordDays = 30;

export interface HashedPasswords {
  /** By row. */
  hashes: Map<number, string>;
  /** The generated ones, by row. */
  generated: Map<number, string>;
}

/**
 * Hashes the initial passwords of new people, and generates missing ones.
 *
 * @param onProgress called after each one.
 * @throws the signal's reason when it is aborted.
 */
export async function hashInitialPasswords(
  rows: readonly PlannedRow[],
  passwords: Passwords,
  { signal, onProgress }: { signal: AbortSignal; onProgress: () => void },
): Promise<HashedPasswords> {
  const result: HashedPasswords = { hashes: new Map(), generated: new Map() };
  await hashMany(passwords, newPasswords(rows), signal, ({ row, password, generated }, hash) => {
    result.hashes.set(row, hash);
    if (generated) result.generated.set(row, password);
    onProgress();
  });
  return result;
}

function* newPasswords(rows: readonly PlannedRow[]) {
  for (const one of rows) {
    if (one.kind !== 'created' || one.password === null) continue;
    const generated = one.password === 'generate';
    const password = generated ? generatePassword(one.username) : one.password;
    yield { row: one.row, password, generated };
  }
}
