import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import { countersOf } from './lockout.ts';

export interface Unlocked {
  /** The account's user name; null where only a person without an account was meant. */
  username: string | null;
  /** What had failures to forget, locked or not: `account:…`, `person:…`. */
  cleared: string[];
  /** Platform ids of people who are locked after they tried this account, and are not its owner. */
  lockedPeople: string[];
}

/** An attempt on an account is looked for this far back, in milliseconds: a failure counts for a day. */
const lookBackMs = 24 * 3_600_000;

/**
 * Forgets the failures of an account, also at the console and in browsers that are known there, and of the person to
 * whom it is bound; written to the audit log.
 *
 * @param who a user name, or the platform id of a person: one who may not bind yet has no account.
 * @param now epoch milliseconds.
 * @param by who asks for it; the command line acts as the system.
 * @returns null when nobody is called so.
 */
export async function unlock(
  prisma: PrismaClient,
  who: string,
  now: number,
  by: { actorId: string | null; address: string | null } = { actorId: null, address: null },
): Promise<Unlocked | null> {
  const user =
    (await prisma.user.findUnique({ where: { username: who } })) ??
    (await prisma.user.findUnique({ where: { dingUserId: who } }));
  const person = user === null ? who : user.dingUserId;
  const counters: { subject: string; where: Prisma.LockoutWhereInput }[] = [
    ...(user === null ? [] : [{ subject: `account:${user.username}`, where: countersOf(user.username) }]),
    ...(person === null ? [] : [{ subject: `person:${person}`, where: { subject: `person:${person}` } }]),
  ];
  const cleared = await prisma.$transaction(async (tx) => {
    const forgotten: string[] = [];
    for (const { subject, where } of counters) {
      const { count } = await tx.lockout.deleteMany({ where });
      if (count === 0) continue;
      forgotten.push(subject);
      const event = { action: 'lockout.cleared', actorId: by.actorId, subject, detail: {} } as const;
      await recordAudit(tx, event, by.address);
    }
    return forgotten;
  });
  if (user === null && cleared.length === 0) return null;
  const username = user?.username ?? null;
  return { username, cleared, lockedPeople: username === null ? [] : await lockedAt(prisma, username, now) };
}

/** Who was refused at this account lately and must wait. */
async function lockedAt(prisma: PrismaClient, username: string, now: number): Promise<string[]> {
  const refused = await prisma.auditLog.findMany({
    where: { action: 'bind.refused', subject: `account:${username}`, at: { gt: new Date(now - lookBackMs) } },
    select: { detail: true },
    orderBy: { at: 'desc' },
    take: 1000,
  });
  const tried = new Set(refused.map(({ detail }) => (detail as { dingUserId: string }).dingUserId));
  const locks = await prisma.lockout.findMany({
    where: {
      subject: { in: [...tried].map((id) => `person:${id}`) },
      lockedUntil: { gt: new Date(now) },
    },
    orderBy: { subject: 'asc' },
  });
  return locks.map(({ subject }) => subject.slice('person:'.length));
}
