import { createHash } from 'node:crypto';
import type { Client } from '../contract/auth.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { BindTicket } from '../database/generated/client.ts';
import type { Sealing } from '../database/sealing.ts';
import type { PlatformPerson } from '../platform/platform.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';
import { kindOf } from './sessions.ts';

/** How long a person has to type user name and password, in milliseconds. */
const ticketLifetimeMs = 10 * 60_000;

/** Permission to bind one account to the platform person who got it, once. */
export interface Tickets {
  issue(person: PlatformPerson, client: Client): Promise<{ token: string; expiresAt: Date }>;
  /** The ticket while it may still be used; null otherwise. */
  find(token: string): Promise<BindTicket | null>;
  /** Uses the ticket up. @returns false when another request was first or it has expired. */
  consume(tx: Transaction, ticket: BindTicket): Promise<boolean>;
  /** Deletes tickets that are over. @returns how many. */
  sweep(): Promise<number>;
}

export function createTickets(prisma: PrismaClient, now: () => number): Tickets {
  return {
    async issue(person, client) {
      const { token, hash } = createSecret();
      const expiresAt = new Date(now() + ticketLifetimeMs);
      await prisma.bindTicket.create({
        data: {
          tokenHash: hash,
          dingUserId: person.id,
          unionId: person.unionId,
          employeeCode: person.employeeCode,
          personName: person.name,
          client: kindOf[client],
          createdAt: new Date(now()),
          expiresAt,
        },
      });
      return { token, expiresAt };
    },

    async find(token) {
      if (!looksLikeSecret(token)) return null;
      return prisma.bindTicket.findFirst({
        where: { tokenHash: hashSecret(token), consumedAt: null, expiresAt: { gt: new Date(now()) } },
      });
    },

    async consume(tx, ticket) {
      const at = new Date(now());
      const { count } = await tx.bindTicket.updateMany({
        where: { tokenHash: ticket.tokenHash, consumedAt: null, expiresAt: { gt: at } },
        data: { consumedAt: at },
      });
      return count === 1;
    },

    async sweep() {
      const { count } = await prisma.bindTicket.deleteMany({
        where: { expiresAt: { lte: new Date(now()) } },
      });
      return count;
    },
  };
}

/** How long somebody has to think of a new password, in milliseconds. */
const passwordTicketLifetimeMs = 10 * 60_000;

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
