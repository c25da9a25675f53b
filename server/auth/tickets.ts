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

export type Tickets = ReturnType<typeof createTickets>;

/** Permission to bind one account to the platform person to whom the ticket was issued, once. */
export function createTickets(prisma: PrismaClient, now: () => number) {
  return {
    async issue(person: PlatformPerson, client: Client): Promise<{ token: string; expiresAt: Date }> {
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

    /** The ticket; null if it is unknown, used or expired. */
    async find(token: string): Promise<BindTicket | null> {
      if (!looksLikeSecret(token)) return null;
      return prisma.bindTicket.findFirst({
        where: { tokenHash: hashSecret(token), consumedAt: null, expiresAt: { gt: new Date(now()) } },
      });
    },

    /** Marks the ticket as used. @returns false if another request was first, or it has expired. */
    async consume(tx: Transaction, ticket: BindTicket): Promise<boolean> {
      const at = new Date(now());
      const { count } = await tx.bindTicket.updateMany({
        where: { tokenHash: ticket.tokenHash, consumedAt: null, expiresAt: { gt: at } },
        data: { consumedAt: at },
      });
      return count === 1;
    },

    /** Deletes expired tickets. @returns how many. */
    async sweep(): Promise<number> {
      const { count } = await prisma.bindTicket.deleteMany({
        where: { expiresAt: { lte: new Date(now()) } },
      });
      return count;
    },
  };
}

/** How long a person has to choose a new password, in milliseconds. */
const passwordTicketLifetimeMs = 10 * 60_000;

/**
 * Permission to replace a one-time password, once. No table keeps these tickets: they are sealed with SECRET_KEY, so
 * that every instance can open them, and name the password that they replace. After a change or reset of that password
 * the ticket is void.
 */
export function createPasswordTickets(sealing: Sealing, now: () => number) {
  const context = 'password-ticket';
  const printOf = (passwordHash: string) => createHash('sha256').update(passwordHash).digest('base64');
  return {
    issue(userId: string, passwordHash: string): { token: string; expiresAt: Date } {
      const expiresAt = new Date(now() + passwordTicketLifetimeMs);
      const text = JSON.stringify([userId, printOf(passwordHash), expiresAt.getTime()]);
      return { token: sealing.seal(text, context), expiresAt };
    },
    /** The ticket's account, and whether it was issued for a password hash; null if the ticket is expired or forged. */
    open(token: string) {
      const text = sealing.open(token, context);
      if (text === null) return null;
      const [userId, print, expiresAt] = JSON.parse(text) as [string, string, number];
      if (expiresAt <= now()) return null;
      return { userId, isFor: (passwordHash: string) => printOf(passwordHash) === print };
    },
  };
}
