import { randomBytes } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AppError } from '../plugins/app-error.ts';
import { judgePassword, type PasswordFlaw } from './password-policy.ts';

/** What one hash costs whoever makes or verifies it. */
export interface PasswordCost {
  /** KiB. */
  memoryCost: number;
  /** Passes over the memory. */
  timeCost: number;
  /** Lanes. */
  parallelism: number;
}

/** OWASP's argon2id minimum: 19 MiB, two passes, one lane; about 20 ms on a server core. */
const owaspMinimum: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Bounds on hashing: each hash takes 19 MiB and a thread of libuv's pool (4 by default), which file and DNS
 * work need too. What does not get its turn soon is turned away rather than piled up.
 */
const concurrentHashes = 2;
const waitingHashes = 100;

export interface Passwords {
  /** @returns the argon2id hash in PHC format. */
  hash(password: string): Promise<string>;
  /**
   * Checks a password. With `stored` null (no such account, or none with a password) it takes as long as a
   * wrong password does, and is false.
   *
   * @throws AppError TOO_MANY_REQUESTS when too many hashes wait already.
   */
  matches(stored: string | null, password: string): Promise<boolean>;
  /** Why a new password is refused; null when it may be used. One that never matches is refused as too common. */
  judge(password: string, username: string): PasswordFlaw | null;
}

/**
 * @param forbidden passwords that never match and may not be set, e.g. the development seed's in production.
 * @param cost of the hashes that are made; the server never gives another one.
 */
export function createPasswords(forbidden: readonly string[], cost = owaspMinimum): Passwords {
  const limit = pLimit(concurrentHashes);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= waitingHashes) throw new AppError('TOO_MANY_REQUESTS');
    return limit(work);
  };
  let decoy: Promise<string> | undefined;
  const hashInTurn = (password: string) => inTurn(() => argon2.hash(normalized(password), cost));

  return {
    hash: async (password) => hashInTurn(password),
    async matches(stored, password) {
      decoy ??= hashInTurn(randomBytes(16).toString('hex'));
      const against = stored ?? (await decoy);
      const same = await inTurn(() => argon2.verify(against, normalized(password)));
      return same && stored !== null && !forbidden.includes(normalized(password));
    },
    judge: (password, username) => judgePassword(password, username, forbidden),
  };
}

/** One form for what looks the same: input methods differ in how they write full-width and composed characters. */
const normalized = (password: string): string => password.normalize('NFKC');
