import type { Client, OwnSession, SessionUser } from '../contract.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { ClientKind, Role } from '../database/generated/client.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';
import type { CachedSession, SessionCache } from './session-cache.ts';

export interface NewSession {
  token: string;
  expiresAt: Date;
}

export interface SessionOpening {
  userId: string;
  client: Client;
  /** Where the sign-in came from. */
  address: string;
  /** The token that this client had until now: a sign-in ends what it replaces. Null for none. */
  replaces: string | null;
}

export interface Sessions {
  /** Opens a session; inside the transaction that also writes why it may be opened. */
  open(tx: Transaction, opening: SessionOpening): Promise<NewSession>;
  /** The person of a live session, while they are active; null for every other token. */
  find(token: string): Promise<SessionUser | null>;
  /** Ends the session at once, here and on every other instance. @returns whose it was; null if it was over. */
  end(token: string): Promise<string | null>;
  /** A person's live sessions, the latest used first; `token` is the one that is asking. */
  list(userId: string, token: string): Promise<OwnSession[]>;
  /** Ends one of a person's own sessions by its id. @returns false when they have no such session. */
  endOwn(userId: string, id: string): Promise<boolean>;
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
  expires_at: Date;
  id: string;
  username: string;
  name: string;
  department: string | null;
  role: Role;
  ding_user_id: string | null;
  is_super_executive: boolean;
}

const clientOf = { MINI: 'mini', H5: 'h5' } as const satisfies Record<ClientKind, Client>;
export const kindOf = { mini: 'MINI', h5: 'H5' } as const satisfies Record<Client, ClientKind>;

export function createSessions(
  prisma: PrismaClient,
  cache: SessionCache,
  limits: SessionLimits,
  now: () => number,
): Sessions {
  /** `last_seen_at` is written at most this often: a request is a read, and a write only now and then. */
  const touchEveryMs = Math.min(5 * 60_000, limits.sessionIdleMs / 10);

  const isLive = (session: CachedSession) =>
    session.expiresAt > now() && session.lastSeenAt > now() - limits.sessionIdleMs;

  const liveWhere = () => ({
    expiresAt: { gt: new Date(now()) },
    lastSeenAt: { gt: new Date(now() - limits.sessionIdleMs) },
  });

  async function read(hash: Uint8Array<ArrayBuffer>): Promise<CachedSession | null> {
    const at = new Date(now());
    const idleSince = new Date(now() - limits.sessionIdleMs);
    // One statement, where Prisma's `include` takes two.
    const [row] = await prisma.$queryRaw<SessionRow[]>`
      SELECT s.client::text, s.last_seen_at, s.expires_at, u.id, u.username, u.name, u.department,
             u.role::text, u.ding_user_id, u.is_super_executive
      FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.token_hash = ${hash} AND s.expires_at > ${at} AND s.last_seen_at > ${idleSince}
        AND u.status = 'ACTIVE'`;
    if (row === undefined) return null;
    return {
      client: row.client,
      expiresAt: row.expires_at.getTime(),
      lastSeenAt: row.last_seen_at.getTime(),
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
  }

  return {
    async open(tx, { userId, client, address, replaces }) {
      if (replaces !== null && looksLikeSecret(replaces)) {
        // Only one's own: who signs in as somebody else on this device has not signed the first one out.
        await tx.session.deleteMany({ where: { tokenHash: hashSecret(replaces), userId } });
      }
      const { token, hash } = createSecret();
      const at = new Date(now());
      const expiresAt = new Date(now() + limits.sessionLifetimeMs);
      await tx.session.create({
        data: {
          tokenHash: hash,
          userId,
          client: kindOf[client],
          address,
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
      const key = Buffer.from(hash).toString('base64');
      let session = cache.get(key);
      if (session !== null && !isLive(session)) {
        // Another instance may have seen the person since; the row decides.
        cache.forget(key);
        session = null;
      }
      session ??= await cache.fill(key, () => read(hash));
      if (session === null) return null;
      if (session.lastSeenAt < now() - touchEveryMs) {
        session.lastSeenAt = now();
        await prisma.session.updateMany({
          where: { tokenHash: hash },
          data: { lastSeenAt: new Date(now()) },
        });
      }
      return session.user;
    },

    async end(token) {
      if (!looksLikeSecret(token)) return null;
      const hash = hashSecret(token);
      cache.forget(Buffer.from(hash).toString('base64'));
      // One statement: of two at once, one ends it.
      const [row] = await prisma.$queryRaw<{ user_id: string }[]>`
        DELETE FROM sessions WHERE token_hash = ${hash} RETURNING user_id`;
      return row?.user_id ?? null;
    },

    async list(userId, token) {
      const rows = await prisma.session.findMany({
        where: { userId, ...liveWhere() },
        orderBy: { lastSeenAt: 'desc' },
        take: 100,
      });
      const asking = Buffer.from(hashSecret(token));
      return rows.map((row) => ({
        id: row.id,
        client: clientOf[row.client],
        address: row.address,
        createdAt: row.createdAt.toISOString(),
        lastSeenAt: row.lastSeenAt.toISOString(),
        current: asking.equals(row.tokenHash),
      }));
    },

    async endOwn(userId, id) {
      const { count } = await prisma.session.deleteMany({ where: { userId, id } });
      return count === 1;
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
