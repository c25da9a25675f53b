import type { CredentialVerifier } from '../auth/credentials.ts';
import { countersOf } from '../auth/lockout.ts';
import { passwordState } from '../auth/passwords.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { PersonDetail } from '../contract/people.ts';
import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import { toPersonRow } from './search.ts';

export interface PersonServices {
  prisma: PrismaClient;
  sessions: Sessions;
  credentials: CredentialVerifier;
  now: () => number;
}

/**
 * Everything that the console shows of one person.
 *
 * @throws AppError NOT_FOUND.
 */
export async function personDetail(
  { prisma, sessions, credentials, now }: PersonServices,
  id: string,
): Promise<PersonDetail> {
  const user = await prisma.user.findUnique({ where: { id } });
  if (user === null) throw new AppError('NOT_FOUND');
  const signIn = await prisma.auditLog.findFirst({
    where: { actorId: id, action: 'sign-in' },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    select: { at: true },
  });
  const lock = await prisma.lockout.findFirst({
    where: { OR: lockCounters(user), lockedUntil: { gt: new Date(now()) } },
    orderBy: { lockedUntil: 'desc' },
  });
  const live = await sessions.list(id, null, { cursor: null, limit: 100 });
  return {
    ...toPersonRow({
      id,
      username: user.username,
      name: user.name,
      department: user.department,
      mobile: user.mobile,
      role: user.role,
      status: user.status,
      leftAt: user.leftAt,
      isSuperExecutive: user.isSuperExecutive,
      dingUserId: user.dingUserId,
      boundAt: user.boundAt,
      boundBy: user.boundBy,
      lastSignInAt: signIn?.at ?? null,
    }),
    employeeCode: user.employeeCode,
    createdAt: user.createdAt.toISOString(),
    version: user.updatedAt.toISOString(),
    password: passwordState(user, credentials.keepsPasswords),
    passwordExpiresAt: user.passwordExpiresAt?.toISOString() ?? null,
    lockedUntil: lock?.lockedUntil?.toISOString() ?? null,
    sessions: live.items.map(({ current: _, ...session }) => session),
  };
}

const lockCounters = ({ username, dingUserId }: User) => [
  countersOf(username),
  ...(dingUserId === null ? [] : [{ subject: `person:${dingUserId}` }]),
];
