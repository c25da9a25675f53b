import type { Client } from '../contract/auth.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { BindTicket } from '../database/generated/client.ts';
import type { PlatformPerson } from '../platform/platform.ts';
import { kindOf } from './clients.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';

/** How long a person has to type user name and password, in milliseconds. */
export const ticketLifetimeMs = 10 * 60_000;

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
