import { createHash } from 'node:crypto';
import type { Sealing } from '../database/sealing.ts';

/** How long somebody has to think of a new password, in milliseconds. */
export const passwordTicketLifetimeMs = 10 * 60_000;

/** Permission to replace a one-time password, once. */
export interface PasswordTickets {
  issue(userId: string, passwordHash: string): { token: string; expiresAt: Date };
  /** Whose it is, and whether `passwordHash` is still the one it was issued for; null when it is over or none. */
  open(token: string): { userId: string; isFor(passwordHash: string): boolean } | null;
}

/**
 * Tickets that no table keeps: sealed with SECRET_KEY, so that every instance knows them, and good for the one
 * password that they replace. Once it is changed, or was reset anew, the ticket fits no more.
 */
export function createPasswordTickets(sealing: Sealing, now: () => number): PasswordTickets {
  const context = 'password-ticket';
  const printOf = (passwordHash: string) => createHash('sha256').update(passwordHash).digest('base64');
  return {
    issue(userId, passwordHash) {
      const expiresAt = new Date(now() + passwordTicketLifetimeMs);
      const text = JSON.stringify([userId, printOf(passwordHash), expiresAt.getTime()]);
      return { token: sealing.seal(text, context), expiresAt };
    },
    open(token) {
      const text = sealing.open(token, context);
      if (text === null) return null;
      const [userId, print, expiresAt] = JSON.parse(text) as [string, string, number];
      if (expiresAt <= now()) return null;
      return { userId, isFor: (passwordHash) => printOf(passwordHash) === print };
    },
  };
}
