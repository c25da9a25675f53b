import type { PasswordState } from '../contract/auth.ts';
import type { User } from '../database/generated/client.ts';

/** @param keptHere whether the passwords are kept here. */
export function passwordState(
  user: Pick<User, 'passwordHash' | 'mustChangePassword'>,
  keptHere: boolean,
): PasswordState {
  if (!keptHere) return 'elsewhere';
  if (user.passwordHash === null) return 'none';
  return user.mustChangePassword ? 'one-time' : 'own';
}

/**
 * Whether it is a one-time password that was not used or changed in time. Where another system keeps the passwords it
 * has vouched for this one: what was noted of an earlier one, kept here, says nothing about it.
 *
 * @param at epoch milliseconds.
 */
export const hasExpired = (
  { passwordExpiresAt }: Pick<User, 'passwordExpiresAt'>,
  keptHere: boolean,
  at: number,
): boolean => keptHere && passwordExpiresAt !== null && passwordExpiresAt.getTime() <= at;
