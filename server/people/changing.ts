import { type AuditedFields, type PersonAction, type PersonChange, recordAudit } from '../audit/audit.ts';
import type { SessionUser } from '../contract/auth.ts';
import type { PersonOutcome } from '../contract/people.ts';
import type { Transaction } from '../database/database.ts';
import { Prisma, type User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import { maskMobile } from './masked-mobile.ts';
import { type PersonServices, personDetail } from './person.ts';

/** The administrator who changes something, and the address of their request. */
export interface Actor {
  user: SessionUser;
  address: string;
}

/** One change: the columns that it writes, and its name in the audit log. */
export interface Change {
  action: PersonAction;
  data: Prisma.UserUpdateInput;
}

type NotSaved = Extract<PersonOutcome, { outcome: 'conflict' | 'taken' | 'refused' }>;

/**
 * Changes a person in the version that the administrator saw, with the audit entry in the same transaction. The
 * database's triggers end the sessions that the change must end.
 *
 * @param version the person's `version` as the administrator saw it.
 * @param plan the change of the present person; null for none.
 * @throws AppError NOT_FOUND, or FORBIDDEN if the actor is no longer an administrator.
 */
export async function changePerson(
  services: PersonServices,
  actor: Actor,
  seen: { id: string; version: string },
  plan: (person: User) => Change | null,
): Promise<Extract<PersonOutcome, { outcome: 'saved' }> | NotSaved> {
  const { prisma, sessions, now } = services;
  const { id, version } = seen;
  let written: 'saved' | 'conflict' | 'SELF';
  try {
    written = await prisma.$transaction(async (tx) => {
      const before = await tx.user.findUnique({ where: { id } });
      if (before === null) throw new AppError('NOT_FOUND');
      if (before.updatedAt.toISOString() !== version) return 'conflict';
      const change = plan(before);
      if (change === null) return 'saved';
      const after: User = { ...before, ...(change.data as Partial<User>) };
      if (id === actor.user.id && shutsOut(before, after)) return 'SELF';
      if (isAdministrator(before) && !isAdministrator(after)) await holdAdministrators(tx, actor.user.id);
      // `updatedAt` is the version, so it must grow even if the clock was set back.
      const updatedAt = new Date(Math.max(now(), before.updatedAt.getTime() + 1));
      const { count } = await tx.user.updateMany({
        where: { id, updatedAt: before.updatedAt },
        data: { ...change.data, updatedAt },
      });
      if (count === 0) return 'conflict';
      const detail = difference(before, after);
      await recordAudit(
        tx,
        { action: change.action, actorId: actor.user.id, subject: `user:${id}`, detail },
        actor.address,
      );
      return 'saved';
    });
  } catch (error) {
    const field = takenField(error);
    if (field === null) throw error;
    return { outcome: 'taken', field };
  }
  if (written === 'SELF') return { outcome: 'refused' };
  // The trigger has notified the other instances.
  if (written === 'saved') sessions.forgetAll(id);
  return { outcome: written, person: await personDetail(services, id) };
}

const isAdministrator = ({ role, status, leftAt }: User): boolean =>
  role === 'ADMIN' && status === 'ACTIVE' && leftAt === null;

/** Whether a change takes away a person's sign-in or rights. */
const shutsOut = (before: User, after: User): boolean =>
  after.status === 'DISABLED' || after.role !== before.role || after.dingUserId !== before.dingUserId;

/**
 * Locks all administrators before one of them loses the role. Of two who disable each other at the same time, the
 * second finds here that they are no longer an administrator. Nobody can disable themselves, so one always stays.
 */
export async function holdAdministrators(tx: Transaction, actorId: string): Promise<void> {
  // Uses the index of the people's search; roles have no index of their own.
  const held = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM users
    WHERE people_lexemes(people_text(username, name, mobile, ding_user_id, employee_code, department),
        role, status, is_super_executive, ding_user_id, bound_at, left_at) @@ ${"'\nADMIN'"}::text::tsquery
      AND role = 'ADMIN' AND status = 'ACTIVE' AND left_at IS NULL
    ORDER BY id FOR UPDATE`;
  if (!held.some(({ id }) => id === actorId)) throw new AppError('FORBIDDEN');
}

/** The columns that the audit log shows, without the password's hash. */
const told = new Set<keyof User>([
  'username',
  'name',
  'mobile',
  'department',
  'role',
  'status',
  'dingUserId',
  'unionId',
  'employeeCode',
  'isSuperExecutive',
  'boundAt',
  'boundBy',
  'leftAt',
  'mustChangePassword',
  'passwordExpiresAt',
]);

/** The columns of a new account for which the administrator gives no value. */
export const newcomer: Partial<User> = {
  role: 'USER',
  status: 'ACTIVE',
  isSuperExecutive: false,
  mustChangePassword: false,
};

/** The fields that differ, before and after; mobile numbers masked. */
export function difference(before: Partial<User>, after: Partial<User>): PersonChange {
  const keys = (Object.keys(after) as (keyof User)[]).filter(
    (key) => told.has(key) && plain(before[key]) !== plain(after[key]),
  );
  const of = (user: Partial<User>): AuditedFields =>
    Object.fromEntries(
      keys.map((key) => [key, key === 'mobile' && user.mobile ? maskMobile(user.mobile) : plain(user[key])]),
    );
  return { before: of(before), after: of(after) };
}

const plain = (value: User[keyof User] | undefined): string | boolean | null =>
  value === undefined || value === null
    ? null
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'boolean'
        ? value
        : String(value);

/** The unique field that another person already has; null for every other error. */
export function takenField(error: unknown): 'username' | 'mobile' | 'dingUserId' | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') return null;
  // The database adapters name the index or its columns.
  const { driverAdapterError } = (error.meta ?? {}) as {
    driverAdapterError?: { cause?: { constraint?: { index?: string; fields?: string[] } } };
  };
  const { index = '', fields = [] } = driverAdapterError?.cause?.constraint ?? {};
  const names = [index, ...fields].join(' ');
  if (/username/.test(names)) return 'username';
  if (/mobile/.test(names)) return 'mobile';
  return /ding_user_id/.test(names) ? 'dingUserId' : null;
}
