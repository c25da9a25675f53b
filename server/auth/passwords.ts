import { randomBytes, randomInt } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import pLimit from 'p-limit';
import type { PasswordRejectedReason, PasswordState } from '../contract/auth.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';

/** The cost of making or verifying one hash. */
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
 * work need too. Requests beyond the queue are refused.
 */
const concurrentHashes = 2;
const waitingHashes = 100;

export type Passwords = ReturnType<typeof createPasswords>;

/**
 * @param forbidden passwords that never match and may not be set, e.g. the development seed's in production.
 * @param cost of new hashes; only tests give another one.
 */
export function createPasswords(forbidden: readonly string[], cost = owaspMinimum) {
  const limit = pLimit(concurrentHashes);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= waitingHashes) throw new AppError('TOO_MANY_REQUESTS');
    return limit(work);
  };
  let decoy: Promise<string> | undefined;
  const hashInTurn = (password: string) => inTurn(() => argon2.hash(normalized(password), cost));

  return {
    /** @returns the argon2id hash in PHC format. */
    hash: async (password: string): Promise<string> => hashInTurn(password),
    /**
     * Checks a password. With `stored` null (no account, or none with a password) it is false, and takes as long as for
     * a wrong password.
     *
     * @throws AppError TOO_MANY_REQUESTS if too many hashes are waiting.
     */
    async matches(stored: string | null, password: string): Promise<boolean> {
      decoy ??= hashInTurn(randomBytes(16).toString('hex'));
      const against = stored ?? (await decoy);
      const same = await inTurn(() => argon2.verify(against, normalized(password)));
      return same && stored !== null && !forbidden.includes(normalized(password));
    },
    /** Why a new password is refused; null if it is allowed. A forbidden password is refused as too common. */
    judge: (password: string, username: string): PasswordFlaw | null =>
      judgePassword(password, username, forbidden),
  };
}

/** One form (NFKC) for characters that input methods write in several ways, e.g. full-width ones. */
const normalized = (password: string): string => password.normalize('NFKC');

export type PasswordFlaw = Extract<PasswordRejectedReason, 'TOO_SHORT' | 'TOO_COMMON' | 'CONTAINS_USERNAME'>;

/**
 * The shortest password, in characters. OWASP ASVS 5: at least 8 (6.2.1), no rule about kinds of characters (6.2.5).
 */
export const shortestPassword = 8;

let common: Set<string> | undefined;

/**
 * Why a new password is refused; null if it is allowed. Checks the length and the list of common passwords (ASVS
 * 6.2.4), also with digits and signs around a common word, as attackers try them.
 *
 * @param forbidden passwords that nobody may use, in NFKC.
 */
export function judgePassword(
  password: string,
  username: string,
  forbidden: readonly string[] = [],
): PasswordFlaw | null {
  if (forbidden.includes(password.normalize('NFKC'))) return 'TOO_COMMON';
  if (Array.from(password).length < shortestPassword) return 'TOO_SHORT';
  const plain = password.normalize('NFKC').toLowerCase();
  if (username.length >= 3 && plain.includes(username.toLowerCase())) return 'CONTAINS_USERNAME';
  common ??= new Set(dictionary['passwords-common']);
  const core = plain.replace(/^[^a-z]+|[^a-z]+$/g, '');
  const repeated = /^(.{1,4})\1+$/.test(plain);
  const isCommon = common.has(plain) || (core.length >= plain.length - 4 && common.has(core)) || repeated;
  return isCommon ? 'TOO_COMMON' : null;
}

/** Without characters that look alike on paper; 12 of these are 59 bits. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** @returns a new random password that the policy allows and that is easy to read from paper. */
export function generatePassword(username: string): string {
  for (;;) {
    const characters = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]);
    const password = [0, 4, 8].map((at) => characters.slice(at, at + 4).join('')).join('-');
    if (judgePassword(password, username) === null) return password;
  }
}

/** @param keptHere whether this database keeps the passwords. */
export function passwordState(
  user: Pick<User, 'passwordHash' | 'mustChangePassword'>,
  keptHere: boolean,
): PasswordState {
  if (!keptHere) return 'elsewhere';
  if (user.passwordHash === null) return 'none';
  return user.mustChangePassword ? 'one-time' : 'own';
}

/**
 * Whether the account's password is a one-time password that was not changed in time. Never if another system keeps the
 * passwords: then the date belongs to an earlier password.
 *
 * @param at epoch milliseconds.
 */
export const hasExpired = (
  { passwordExpiresAt }: Pick<User, 'passwordExpiresAt'>,
  keptHere: boolean,
  at: number,
): boolean => keptHere && passwordExpiresAt !== null && passwordExpiresAt.getTime() <= at;
