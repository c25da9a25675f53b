import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { type BoundBy, Prisma, type User } from '../database/generated/client.ts';
import type { PlatformPerson } from '../platform/platform.ts';

export interface MatchingPolicy {
  matchByMobile: boolean;
  binding: boolean;
}

export type Match =
  /** The person's account; `by` says how it was found. */
  | { kind: 'account'; user: User; by: 'PLATFORM_ID' | 'MOBILE' }
  /** The person may bind an account by user name and password. */
  | { kind: 'bind' }
  | { kind: 'none' };

/**
 * Finds the account of a platform person. The rules, in this order:
 *
 * | step | when | finds |
 * |---|---|---|
 * | 1. platform id | always | the account bound to this `userid` / `accountId` |
 * | 2. mobile | `MATCH_BY_MOBILE=on` and the platform vouches for the number | the one unbound account with it; never a 超级高管's |
 * | 3. binding | `BINDING=on` | nothing: the person binds an account by user name and password |
 * | 4. no permission | else | nothing |
 *
 * A name never matches: two people may have the same one.
 *
 * @param complete reads the mobile number. Called only if step 1 finds no account: a person known by the id can sign in
 * even while that API fails.
 * @throws the error of `complete`.
 */
export async function matchPerson(
  prisma: PrismaClient,
  person: PlatformPerson,
  policy: MatchingPolicy,
  complete: () => Promise<PlatformPerson> = async () => person,
): Promise<Match> {
  const byId = await prisma.user.findUnique({ where: { dingUserId: person.id } });
  if (byId !== null) return { kind: 'account', user: byId, by: 'PLATFORM_ID' };

  const mobile = policy.matchByMobile ? (await complete()).mobile : null;
  if (mobile !== null) {
    const byMobile = await prisma.user.findFirst({
      where: {
        mobile,
        isSuperExecutive: false,
        // Or a faster request has just bound it to the same person.
        OR: [{ dingUserId: null }, { dingUserId: person.id }],
      },
    });
    if (byMobile !== null) {
      return { kind: 'account', user: byMobile, by: byMobile.dingUserId === null ? 'MOBILE' : 'PLATFORM_ID' };
    }
  }
  return { kind: policy.binding ? 'bind' : 'none' };
}

/** The platform's data of a person, from an exchange or a ticket. */
export interface LinkedPerson {
  id: string;
  unionId: string | null;
  employeeCode: string | null;
}

export type LinkResult =
  | 'linked'
  /** Another request of the same person was first: there is nothing to write. */
  | 'linked-already'
  | 'account-taken';

/**
 * Binds an account to a person and writes the audit event. The unique index on `dingUserId` decides between two
 * accounts for one person, the condition on the account between two people for one account.
 *
 * @returns `account-taken` if another person has bound the account meanwhile.
 * @throws a unique violation (see {@link isUniqueViolation}) if the person has bound another account meanwhile.
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
