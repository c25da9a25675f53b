import type { SessionCache } from '../auth/session-cache.ts';
import { createSessions } from '../auth/sessions.ts';
import { StartFailure } from '../config/start-failure.ts';
import { openDatabaseClock } from '../database/clock.ts';
import type { PrismaClient } from '../database/database.ts';

/** Long enough for a day of tests, and short, because the file with the tokens may be forgotten. */
const lifetimeMs = 8 * 3_600_000;

/** The address of these sessions, in the list of sessions and in the audit log. */
export const loadtestAddress = 'loadtest';

/** Caches nothing: this process serves no requests. */
const noCache: SessionCache = {
  get: () => null,
  fill: (_key, read) => read(),
  forget: () => {},
  forgetUser: () => {},
  stats: () => ({ hits: 0, misses: 0, size: 0 }),
  close: async () => {},
};

/**
 * Opens sessions of an account without a sign-in, for a load test of a deployed app, where there is no emulator to
 * sign in with. It needs write access to the app's database. The audit log has an entry for each session.
 *
 * @returns the tokens; they end after 8 hours, or by {@link endSessions}.
 * @throws StartFailure in Chinese for an account that does not exist, cannot sign in, or is an administrator's.
 */
export async function makeSessions(
  prisma: PrismaClient,
  username: string,
  count: number,
): Promise<{ tokens: string[]; expiresAt: Date }> {
  const user = await prisma.user.findUnique({ where: { username } });
  if (user === null) throw new StartFailure(`没有叫“${username}”的账号，请核对用户名（区分大小写）。`);
  if (user.role !== 'USER') {
    throw new StartFailure(`${username} 不是普通账号。令牌要写进文件，请换一个没有管理权限的账号。`);
  }
  const personId = user.dingUserId;
  if (personId === null)
    throw new StartFailure(`${username} 还没有绑定平台人员，没有会话。请换一个已绑定的账号。`);
  const { now } = await openDatabaseClock(prisma);
  const limits = { sessionLifetimeMs: lifetimeMs, sessionIdleMs: lifetimeMs };
  const sessions = createSessions(prisma, noCache, limits, now);
  const tokens: string[] = [];
  let expiresAt = new Date(now());
  for (let n = 0; n < count; n += 1) {
    const opened = await sessions.open(prisma, {
      personId,
      vouchedAt: new Date(now()),
      client: 'mini',
      address: loadtestAddress,
      replaces: null,
    });
    if (typeof opened === 'string') {
      throw new StartFailure(`${username} 现在不能登录（已停用或已离开组织）。请换一个账号。`);
    }
    tokens.push(opened.token);
    expiresAt = opened.expiresAt;
  }
  return { tokens, expiresAt };
}

/** Ends all sessions that {@link makeSessions} has opened. @returns how many. */
export async function endSessions(prisma: PrismaClient): Promise<number> {
  const { count } = await prisma.session.deleteMany({ where: { address: loadtestAddress } });
  return count;
}
