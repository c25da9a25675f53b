import { recordAudit } from '../audit/audit.ts';
import type { Transaction } from '../database/database.ts';
import { type BoundBy, Prisma, type User } from '../database/generated/client.ts';

/** The platform's side of a link, from an exchange or a ticket. */
export interface LinkedPerson {
  id: string;
  unionId: string | null;
  employeeCode: string | null;
}

export type LinkResult =
  | 'linked'
  /** Another request of the same person was first: nothing is left to write. */
  | 'linked-already'
  | 'account-taken';

/**
 * Writes that `user` is `person`, with when and how, and the audit event. The unique index on `dingUserId`
 * decides between two accounts for one person, the condition on the account between two people for one account.
 *
 * @returns `account-taken` when the account belongs to another person by now.
 * @throws a unique violation (see {@link isUniqueViolation}) when the person has another account by now.
 */
export async function linkAccount(
  tx: Transaction,
  user: User,
  person: LinkedPerson,
  by: BoundBy,
  at: Date,
  address: string | null,
): Promise<LinkResult> {
  const { count } = await tx.user.updateMany({
    where: { id: user.id, OR: [{ dingUserId: null }, { dingUserId: person.id, boundAt: null }] },
    data: {
      dingUserId: person.id,
      unionId: person.unionId,
      employeeCode: person.employeeCode,
      boundAt: at,
      boundBy: by,
    },
  });
  if (count === 0) {
    const owner = await tx.user.findUnique({ where: { id: user.id }, select: { dingUserId: true } });
    return owner?.dingUserId === person.id ? 'linked-already' : 'account-taken';
  }
  await recordAudit(
    tx,
    {
      action: 'account.bound',
      actorId: user.id,
      subject: `user:${user.id}`,
      detail: { by, dingUserId: person.id },
    },
    address,
  );
  return 'linked';
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
