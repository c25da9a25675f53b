import type { Client, SessionUser } from '../contract.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { ClientKind, Role } from '../database/generated/client.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';

export interface NewSession {
  token: string;
  expiresAt: Date;
}

export interface LiveSession {
  user: SessionUser;
  client: ClientKind;
}

export interface Sessions {
  /** Opens a session; inside the transaction that also writes why it may be opened. */
  open(tx: Transaction, userId: string, client: Client): Promise<NewSession>;
  /** The live session of a token and its active user; null for every other token. */
  find(token: string): Promise<LiveSession | null>;
  /** Ends the session at once. */
  end(token: string): Promise<void>;
  /** Deletes sessions that are over. @returns how many. */
  sweep(): Promise<number>;
}

export interface SessionLimits {
  /** Milliseconds from the sign-in. */
  sessionLifetimeMs: number;
  /** Milliseconds from the last request. */
  sessionIdleMs: number;
}

interface SessionRow {
  client: ClientKind;
  last_seen_at: Date;
  id: string;
  username: string;
  name: string;
  department: string | null;
  role: Role;
  ding_user_id: string | null;
  is_super_executive: boolean;
}

export function createSessions(prisma: PrismaClient, limits: SessionLimits, now: () => number): Sessions {
  /** `last_seen_at` is written at most this often: a request is a read, and a write only now and then. */
  const touchEveryMs = Math.min(5 * 60_000, limits.sessionIdleMs / 10);

  return {
    async open(tx, userId, client) {
      const { token, hash } = createSecret();
      const at = new Date(now());
      const expiresAt = new Date(now() + limits.sessionLifetimeMs);
      await tx.session.create({
        data: {
          tokenHash: hash,
          userId,
          client: client === 'h5' ? 'H5' : 'MINI',
          createdAt: at,
          lastSeenAt: at,
          expiresAt,
        },
      });
      return { token, expiresAt };
    },

    async find(token) {
      if (!looksLikeSecret(token)) return null;
      const hash = hashSecret(token);
      const at = new Date(now());
      const idleSince = new Date(now() - limits.sessionIdleMs);
      // Every request of a signed-in person runs this: one statement, where Prisma's `include` takes two.
      const [row] = await prisma.$queryRaw<SessionRow[]>`
        SELECT s.client::text, s.last_seen_at, u.id, u.username, u.name, u.department, u.role::text,
               u.ding_user_id, u.is_super_executive
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = ${hash} AND s.expires_at > ${at} AND s.last_seen_at > ${idleSince}
          AND u.status = 'ACTIVE'`;
      if (row === undefined) return null;
      if (row.last_seen_at.getTime() < now() - touchEveryMs) {
        await prisma.session.updateMany({ where: { tokenHash: hash }, data: { lastSeenAt: at } });
      }
      return {
        client: row.client,
        user: {
          id: row.id,
          username: row.username,
          name: row.name,
          department: row.department,
          role: row.role,
          dingUserId: row.ding_user_id,
          isSuperExecutive: row.is_super_executive,
        },
      };
    },

    async end(token) {
      if (!looksLikeSecret(token)) return;
      await prisma.session.deleteMany({ where: { tokenHash: hashSecret(token) } });
    },

    async sweep() {
      const { count } = await prisma.session.deleteMany({
        where: {
          OR: [
            { expiresAt: { lte: new Date(now()) } },
            { lastSeenAt: { lte: new Date(now() - limits.sessionIdleMs) } },
          ],
        },
      });
      return count;
    },
  };
}
