import { dictionary } from '@zxcvbn-ts/language-common';
import type { PasswordRejectedReason } from '../contract/auth.ts';

export type PasswordFlaw = Extract<PasswordRejectedReason, 'TOO_SHORT' | 'TOO_COMMON' | 'CONTAINS_USERNAME'>;

/** Characters. OWASP ASVS 5, 6.2.1: at least 8; no rule about kinds of characters (6.2.5). */
export const shortestPassword = 8;

let common: Set<string> | undefined;

/**
 * Why a new password is refused; null when it may be used. Checked by length and against the list of common
 * passwords (ASVS 6.2.4), after what an attacker would try first: digits and signs around a common word.
 *
 * @param forbidden passwords that nobody may sign in with, in NFKC: whoever set one could never use it.
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
