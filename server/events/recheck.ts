import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import { type Platform, PlatformError, type PlatformErrorKind } from '../platform/platform.ts';

/** The platform's present answer about a person. */
export type Standing =
  | 'member'
  | 'left'
  /** The platform cannot tell; asking again does not help. */
  | 'unclear';

export interface CheckedUser {
  id: string;
  dingUserId: string;
  employeeCode: string | null;
  leftAt: Date | null;
}

/** The columns that a {@link CheckedUser} is made of. */
export const checkedColumns = { id: true, dingUserId: true, employeeCode: true, leftAt: true } as const;

/**
 * Asks the platform about a person and sets or clears `leftAt` by the answer. Setting it ends the person's sessions on
 * every instance, in the same transaction (triggers of the migration `identity`).
 *
 * @param by the reason of the question, for the audit log.
 * @throws PlatformError for a fault of the platform, which says nothing about the person.
 */
export type Recheck = (user: CheckedUser, by: 'event' | 'reconcile') => Promise<Standing>;

const answers: Partial<Record<PlatformErrorKind, Standing>> = {
  'left-organisation': 'left',
  // Outside the app's range, the platform does not tell members from strangers.
  'out-of-range': 'unclear',
  'wrong-organisation': 'unclear',
};

export function createRecheck(deps: {
  prisma: PrismaClient;
  platform: Platform;
  now: () => number;
}): Recheck {
  const { prisma, platform, now } = deps;

  async function ask({ dingUserId, employeeCode }: CheckedUser): Promise<Standing> {
    // 浙政钉 looks people up by employeeCode alone; a super-administrator has none.
    if (platform.name === 'zhezhengding' && employeeCode === null) return 'unclear';
    try {
      await platform.getPerson({ id: dingUserId, employeeCode });
      return 'member';
    } catch (error) {
      const standing = error instanceof PlatformError ? answers[error.kind] : undefined;
      if (standing === undefined) throw error;
      return standing;
    }
  }

  return async (user, by) => {
    const standing = await ask(user);
    const left = standing === 'left';
    const { id, dingUserId } = user;
    if (left && user.leftAt !== null) {
      // A sign-in whose code was exchanged just before `leftAt` was set may have opened a session afterwards.
      await prisma.session.deleteMany({ where: { userId: id, user: { leftAt: { not: null } } } });
    }
    if (standing === 'unclear' || left === (user.leftAt !== null)) return standing;
    await prisma.$transaction(async (tx) => {
      // Meanwhile the account may belong to another person, or another instance was faster.
      const { count } = await tx.user.updateMany({
        where: { id, dingUserId, leftAt: user.leftAt },
        data: { leftAt: left ? new Date(now()) : null },
      });
      if (count === 0) return;
      const action = left ? 'person.left' : 'person.returned';
      await recordAudit(
        tx,
        { action, actorId: null, subject: `user:${id}`, detail: { dingUserId, by } },
        null,
      );
    });
    return standing;
  };
}
