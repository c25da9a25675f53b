import { recordAudit } from '../audit/audit.ts';
import type {
  SuperExecutiveInput,
  SuperExecutiveRow,
  SuperExecutives,
  SuperExecutivesAdded,
} from '../contract/super-executives.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { type Actor, difference, newcomer, takenField } from '../people/changing.ts';
import { readFields } from '../people/fields.ts';
import { bindingOf } from '../people/search.ts';
import { recentSuperExecutiveFaults } from './faults.ts';

/** The most rows of the list, more than any app has. */
const mostListed = 500;
const recentFaults = 20;
const faultDays = 30;

interface Row
  extends Omit<
    SuperExecutiveRow,
    'binding' | 'boundAt' | 'leftAt' | 'lastSignInAt' | 'lastFaultAt' | 'version'
  > {
  boundAt: Date | null;
  leftAt: Date | null;
  lastSignInAt: Date | null;
  lastFaultAt: Date | null;
  version: Date;
}

/** All 超级高管 with their bindings and latest faults. */
export async function listSuperExecutives(prisma: PrismaClient, now: number): Promise<SuperExecutives> {
  const since = new Date(now - faultDays * 24 * 3_600_000);
  // Uses the index of the people's search; the flag has no index of its own.
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT u.id, u.username, u.name, u.department, u.ding_user_id AS "dingUserId", u.bound_at AS "boundAt",
      u.bound_by::text AS "boundBy", u.status = 'DISABLED' AS disabled, u.left_at AS "leftAt",
      u.updated_at AS version,
      (SELECT max(at) FROM audit_log WHERE actor_id = u.id AND action || '' = 'sign-in') AS "lastSignInAt",
      (SELECT count(*)::int FROM super_executive_faults f WHERE f.user_id = u.id AND f.at >= ${since}) AS faults,
      (SELECT max(f.at) FROM super_executive_faults f WHERE f.user_id = u.id) AS "lastFaultAt"
    FROM users u
    WHERE people_lexemes(people_text(username, name, mobile, ding_user_id, employee_code, department),
        role, status, is_super_executive, ding_user_id, bound_at, left_at) @@ ${"'\nsuper'"}::text::tsquery
      AND is_super_executive
    ORDER BY u.name, u.id LIMIT ${mostListed}`;
  const items = rows.map((row) => ({
    ...row,
    binding: bindingOf(row),
    boundAt: row.boundAt?.toISOString() ?? null,
    leftAt: row.leftAt?.toISOString() ?? null,
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    lastFaultAt: row.lastFaultAt?.toISOString() ?? null,
    version: row.version.toISOString(),
  }));
  return { items, recentFaults: await recentSuperExecutiveFaults(prisma, recentFaults) };
}

/** Thrown to roll the transaction back; carries the problems. */
class Problems extends Error {
  readonly problems: { row: number; message: string }[];
  constructor(problems: { row: number; message: string }[]) {
    super('problems');
    this.problems = problems;
  }
}

type Done = 'created' | 'marked' | 'unchanged';

/**
 * Marks these people as 超级高管, all of them or none. An account is found by the id, else by the user name, else created.
 * It has an id and is not bound yet, so the first sign-in by that id is recorded as the match.
 */
export async function addSuperExecutives(
  prisma: PrismaClient,
  actor: Actor,
  people: readonly SuperExecutiveInput[],
  now: number,
): Promise<SuperExecutivesAdded> {
  const seen = new Map<string, number>();
  try {
    const done = await prisma.$transaction(async (tx) => {
      await holdAccounts(tx, people);
      const problems: { row: number; message: string }[] = [];
      const results: Done[] = [];
      for (const [at, person] of people.entries()) {
        const row = at + 1;
        const before = seen.get(person.dingUserId.trim());
        seen.set(person.dingUserId.trim(), row);
        const result =
          before === undefined ? await add(tx, actor, person, now) : `与第 ${before} 行的 id 重复。`;
        if (isDone(result)) results.push(result);
        else problems.push({ row, message: result });
      }
      if (problems.length > 0) throw new Problems(problems);
      return results;
    });
    const count = (wanted: Done) => done.filter((one) => one === wanted).length;
    return {
      outcome: 'added',
      created: count('created'),
      marked: count('marked'),
      unchanged: count('unchanged'),
    };
  } catch (error) {
    if (error instanceof Problems) return { outcome: 'problems', problems: error.problems };
    // Another request wrote the same person at the same time: the next try finds them.
    if (takenField(error) === null) throw error;
    return { outcome: 'problems', problems: [{ row: 1, message: '其中有人刚刚被别人登记，请再提交一次。' }] };
  }
}

/** Locks existing accounts in the order of their ids, as an import does, so that the two cannot deadlock. */
async function holdAccounts(tx: Transaction, people: readonly SuperExecutiveInput[]): Promise<void> {
  const ids = people.map(({ dingUserId }) => dingUserId.trim());
  const usernames = people.map(({ username }, at) => username?.trim() || ids[at]);
  await tx.$queryRaw`
    SELECT 1 FROM users WHERE ding_user_id = ANY(${ids}::text[]) OR username = ANY(${usernames}::text[])
    ORDER BY id FOR UPDATE`;
}

const isDone = (result: string): result is Done => ['created', 'marked', 'unchanged'].includes(result);

const fieldNames = { dingUserId: 'id', name: '姓名', department: '部门', username: '用户名' } as const;

/** @returns the result, or the problem in Chinese. */
async function add(
  tx: Transaction,
  actor: Actor,
  person: SuperExecutiveInput,
  now: number,
): Promise<Done | string> {
  const read = readFields({ ...person, username: person.username?.trim() || person.dingUserId });
  if ('outcome' in read) {
    return read.problems
      .map(({ field, message }) => `${fieldNames[field as keyof typeof fieldNames]}${message}`)
      .join('');
  }
  const { dingUserId, username = '', name = '', department = null } = read.fields;
  if (dingUserId === null || dingUserId === undefined) return 'id 不能为空。';
  const byId = await tx.user.findUnique({ where: { dingUserId } });
  const account = byId ?? (await tx.user.findUnique({ where: { username } }));
  const at = new Date(now);
  if (account === null) {
    const data = { dingUserId, username, name, department, isSuperExecutive: true };
    const user = await tx.user.create({ data: { ...data, createdAt: at, updatedAt: at } });
    await told(tx, actor, user, newcomer);
    return 'created';
  }
  if (account.dingUserId !== null && account.dingUserId !== dingUserId) {
    return `用户名 ${username} 的账号已登记了别的 id。请先核对，要换 id 请在“人员”里修改这个账号。`;
  }
  if (account.name !== name) {
    const found = byId === null ? `用户名 ${username}` : `id ${dingUserId}`;
    return `${found} 已有账号，姓名是“${account.name}”，和填写的“${name}”不同。请核对是不是同一个人。`;
  }
  if (account.isSuperExecutive && account.dingUserId === dingUserId) return 'unchanged';
  const updatedAt = new Date(Math.max(now, account.updatedAt.getTime() + 1));
  // `leftAt` belongs to the former person of the account, not to the owner of this id.
  const leftAt = account.dingUserId === null ? null : account.leftAt;
  const data = { dingUserId, leftAt, isSuperExecutive: true, updatedAt };
  const { count } = await tx.user.updateMany({
    where: { id: account.id, updatedAt: account.updatedAt },
    data,
  });
  if (count === 0) return `${name} 的账号刚刚被别人修改，请再提交一次。`;
  await told(tx, actor, { ...account, ...data }, account);
  return 'marked';
}

async function told(tx: Transaction, actor: Actor, after: User, before: Partial<User>): Promise<void> {
  await recordAudit(
    tx,
    {
      action: 'super-executive.added',
      actorId: actor.user.id,
      subject: `user:${after.id}`,
      detail: difference(before, after),
    },
    actor.address,
  );
}
