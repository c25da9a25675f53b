import { recordAudit } from '../audit/audit.ts';
import type { Client, OwnSession, OwnSessions, SessionUser } from '../contract/auth.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { RawStatements } from '../database/direct.ts';
import type { ClientKind, Role, Session } from '../database/generated/client.ts';
import { timeOrderedUuid } from '../database/uuid.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';
import type { CachedSession, SessionCache } from './session-cache.ts';

export interface NewSession {
  token: string;
  expiresAt: Date;
}

export interface OpenedSession extends NewSession {
  user: SessionUser;
}

export interface SessionOpening {
  /** The platform's id of the person, whose account is meant. */
  personId: string;
  /** When the platform was last asked, and vouched for the person. */
  vouchedAt: Date;
  client: Client;
  /** Where the sign-in came from. */
  address: string;
  /** The token that this client had until now: a sign-in ends what it replaces. Null for none. */
  replaces: string | null;
}

export type OpeningRefusal = 'not-bound' | 'left';

export interface Sessions {
  /**
   * Opens a session of the account that is bound to the person, and writes the audit event, in one statement. The account
   * must be active, and the person must not have left since the platform vouched for them; one who had left before has come back. The
   * statement locks the account. A simultaneous disabling or unbinding therefore comes before, and nothing is opened,
   * or after, and ends the new session.
   *
   * @param on the transaction that also writes why the session may be opened, where something is to be written; else
   *   the database, best without Prisma's client.
   * @returns why no session was opened, else the session with its user.
   */
  open(on: RawStatements, opening: SessionOpening): Promise<OpenedSession | OpeningRefusal>;
  /**
   * The person of a live session, while they are active; null for every other token. No promise where nothing is to be
   * read, as for most requests.
   */
  find(token: string): SessionUser | null | Promise<SessionUser | null>;
  /** Ends the session at once, here and on every other instance. @returns whose it was; null if it was over. */
  end(token: string): Promise<string | null>;
  /**
   * A page of a person's live sessions, the latest used first; before them, on the first page, the one that is asking.
   *
   * @param asking the token of that one; null for none of theirs.
   * @throws AppError INVALID_REQUEST for a cursor that is not ours.
   */
  list(
    userId: string,
    asking: string | null,
    page: { cursor: string | null; limit: number },
  ): Promise<OwnSessions>;
  /** How many live sessions each of these people has; who has none is absent. */
  count(on: PrismaClient | Transaction, userIds: readonly string[]): Promise<Map<string, number>>;
  /** Ends one of a person's own sessions by its id. @returns false when they have no such session. */
  endOwn(userId: string, id: string): Promise<boolean>;
  /** Ends all of a person's sessions, and writes it down. @returns how many. */
  endAll(userId: string, by: { actorId: string; address: string }): Promise<number>;
  /** Forgets a person's sessions here, after a change that has ended them all, without waiting for the notification. */
  forgetAll(userId: string): void;
  /** Deletes sessions that are over. @returns how many. */
  sweep(): Promise<number>;
}

export interface SessionLimits {
  /** Milliseconds from the sign-in. */
  sessionLifetimeMs: number;
  /** Milliseconds from the last request. */
  sessionIdleMs: number;
}

interface UserRow {
  id: string;
  username: string;
  name: string;
  department: string | null;
  role: Role;
  ding_user_id: string | null;
  is_super_executive: boolean;
}

interface SessionRow extends UserRow {
  client: ClientKind;
  last_seen_at: Date;
  expires_at: Date;
}

const userOf = (row: UserRow): SessionUser => ({
  id: row.id,
  username: row.username,
  name: row.name,
  department: row.department,
  role: row.role,
  dingUserId: row.ding_user_id,
  isSuperExecutive: row.is_super_executive,
});

export function createSessions(
  prisma: PrismaClient,
  cache: SessionCache,
  limits: SessionLimits,
  now: () => number,
): Sessions {
  /** `last_seen_at` is written at most this often: most requests only read. */
  const touchEveryMs = Math.min(5 * 60_000, limits.sessionIdleMs / 10);

  const isLive = (session: CachedSession, at: number) =>
    session.expiresAt > at && session.lastSeenAt > at - limits.sessionIdleMs;

  const isFresh = (session: CachedSession, at: number) => session.lastSeenAt >= at - touchEveryMs;

  async function touched(session: CachedSession, token: string): Promise<SessionUser> {
    session.lastSeenAt = now();
    await prisma.session.updateMany({
      where: { tokenHash: hashSecret(token) },
      data: { lastSeenAt: new Date(now()) },
    });
    return session.user;
  }

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
      user: userOf(row),
    };
  }

  return {
    async open(on, { personId, vouchedAt, client, address, replaces }) {
      const { token, hash } = createSecret();
      const at = new Date(now());
      const expiresAt = new Date(now() + limits.sessionLifetimeMs);
      const replaced = replaces !== null && looksLikeSecret(replaces) ? hashSecret(replaces) : null;
      // One statement, because each one costs a way to the database: most of the time of a sign-in.
      // Only a session of the same account is replaced: a sign-in as somebody else signs nobody out.
      const [held] = await on.$queryRaw<(UserRow & { has_left: boolean })[]>`
        WITH held AS (
          SELECT id, username, name, department, role, ding_user_id, is_super_executive, left_at,
                 coalesce(left_at >= ${vouchedAt}::timestamptz, false) AS has_left
          FROM users
          WHERE ding_user_id = ${personId} AND status = 'ACTIVE' AND bound_at IS NOT NULL
          -- Not SHARE: two who hold it so, and both write that the person has come back, wait for each other.
          FOR NO KEY UPDATE
        ), admitted AS (
          SELECT id FROM held WHERE NOT has_left
        ), come_back AS (
          UPDATE users SET left_at = NULL
          FROM held WHERE users.id = held.id AND held.left_at IS NOT NULL AND NOT held.has_left
        ), replaced AS (
          DELETE FROM sessions
          USING admitted WHERE token_hash = ${replaced}::bytea AND user_id = admitted.id
        ), opened AS (
          INSERT INTO sessions (token_hash, user_id, client, address, created_at, last_seen_at, expires_at)
          SELECT ${hash}::bytea, id, ${kindOf[client]}::"ClientKind", ${address}::text,
                 ${at}::timestamptz, ${at}::timestamptz, ${expiresAt}::timestamptz
          FROM admitted
        ), told AS (
          INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
          SELECT ${timeOrderedUuid()}::uuid, id, 'sign-in', 'user:' || id, ${address}::text,
                 jsonb_build_object('client', ${client}::text)
          FROM admitted
        )
        SELECT id, username, name, department, role::text, ding_user_id, is_super_executive, has_left FROM held`;
      if (held === undefined) return 'not-bound';
      return held.has_left ? 'left' : { token, expiresAt, user: userOf(held) };
    },

    find(token) {
      if (!looksLikeSecret(token)) return null;
      const kept = cache.get(token);
      const at = now();
      if (kept !== null && isLive(kept, at)) return isFresh(kept, at) ? kept.user : touched(kept, token);
      // The row decides: another instance may have served the person since.
      if (kept !== null) cache.forget(token);
      return cache
        .fill(token, () => read(hashSecret(token)))
        .then((session) =>
          session === null || isFresh(session, now()) ? (session?.user ?? null) : touched(session, token),
        );
    },

    async end(token) {
      if (!looksLikeSecret(token)) return null;
      cache.forget(token);
      // One statement: one of two simultaneous requests ends it.
      const [row] = await prisma.$queryRaw<{ user_id: string }[]>`
        DELETE FROM sessions WHERE token_hash = ${hashSecret(token)} RETURNING user_id`;
      return row?.user_id ?? null;
    },

    async list(userId, asking, { cursor, limit }) {
      const own = asking === null ? null : hashSecret(asking);
      const live = { userId, ...liveWhere() };
      const after = cursor === null ? null : decodeCursor(cursor);
      const rows = await prisma.session.findMany({
        where: {
          ...live,
          ...(own !== null && { tokenHash: { not: own } }),
          ...(after !== null && {
            OR: [
              { lastSeenAt: { lt: after.publishedAt } },
              { lastSeenAt: after.publishedAt, id: { lt: after.id } },
            ],
          }),
        },
        orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
        take: limit + 1,
      });
      const current =
        own === null || after !== null
          ? null
          : await prisma.session.findFirst({ where: { ...live, tokenHash: own } });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: [...(current === null ? [] : [shown(current, true)]), ...page.map((row) => shown(row, false))],
        nextCursor:
          rows.length > limit && last !== undefined
            ? encodeCursor({ publishedAt: last.lastSeenAt, id: last.id })
            : null,
      };
    },

    async count(on, userIds) {
      const rows = await on.session.groupBy({
        by: ['userId'],
        where: { userId: { in: [...userIds] }, ...liveWhere() },
        _count: true,
      });
      return new Map(rows.map(({ userId, _count }) => [userId, _count]));
    },

    async endAll(userId, { actorId, address }) {
      const ended = await prisma.$transaction(async (tx) => {
        const { count } = await tx.session.deleteMany({ where: { userId } });
        const detail = { sessions: count };
        const event = { action: 'sessions.ended', actorId, subject: `user:${userId}`, detail } as const;
        await recordAudit(tx, event, address);
        return count;
      });
      cache.forgetUser(userId);
      return ended;
    },

    async endOwn(userId, id) {
      const { count } = await prisma.session.deleteMany({ where: { userId, id } });
      cache.forgetUser(userId);
      return count === 1;
    },

    forgetAll: cache.forgetUser,

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

const shown = (row: Session, current: boolean): OwnSession => ({
  id: row.id,
  client: clientOf[row.client],
  address: row.address,
  createdAt: row.createdAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  current,
});

/** The contract's name of a client and the database's, one way and the other. */
export const kindOf = { mini: 'MINI', h5: 'H5' } as const satisfies Record<Client, ClientKind>;
export const clientOf = { MINI: 'mini', H5: 'h5' } as const satisfies Record<ClientKind, Client>;
