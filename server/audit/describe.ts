import type { AuditChange, AuditEntry, AuditPerson } from '../contract/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import { inOrder, nameOfAction, nameOfField, wordsOf } from './words.ts';

export interface AuditRow {
  id: string;
  at: Date;
  actorId: string | null;
  action: string;
  subject: string | null;
  address: string | null;
  detail: unknown;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Rows as people read them: names for ids, words for codes, what was before beside what is after. */
export async function describeRows(prisma: PrismaClient, rows: readonly AuditRow[]): Promise<AuditEntry[]> {
  const ids = new Set(rows.flatMap(({ actorId, subject }) => [actorId ?? [], userIn(subject) ?? []].flat()));
  const people = await prisma.user.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, name: true, username: true },
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    actionName: nameOfAction(row.action),
    actor: row.actorId === null ? null : (byId.get(row.actorId) ?? unknownPerson(row.actorId)),
    subject: subjectName(row.subject, byId),
    address: row.address,
    ...describeDetail(row.detail),
  }));
}

function userIn(subject: string | null): string | null {
  const id = subject?.startsWith('user:') ? subject.slice('user:'.length) : '';
  return uuid.test(id) ? id : null;
}

const unknownPerson = (id: string): AuditPerson => ({ id, name: '（已不存在）', username: id });

/** What the kinds of subjects are called, by what stands before the colon. */
const subjectKinds: Readonly<Record<string, string>> = {
  user: '人员',
  account: '账号',
  person: '平台人员',
  notice: '公告',
  import: '导入',
  export: '导出',
  session: '会话',
  message: '消息',
};

function subjectName(subject: string | null, people: ReadonlyMap<string, AuditPerson>): string | null {
  if (subject === null) return null;
  const person = people.get(userIn(subject) ?? '');
  if (person !== undefined) return `${person.name}（${person.username}）`;
  const [kind = '', ...rest] = subject.split(':');
  const name = subjectKinds[kind];
  return name === undefined || rest.length === 0 ? subject : `${name} ${rest.join(':')}`;
}

type Detail = Record<string, unknown>;

const isDetail = (value: unknown): value is Detail =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `before` and `after` side by side, field by field, and everything else as facts. */
export function describeDetail(value: unknown): Pick<AuditEntry, 'changes' | 'facts'> {
  if (!isDetail(value)) return { changes: [], facts: [] };
  const { before, after, ...rest } = value;
  const compared = isDetail(before) || isDetail(after);
  const changes = compared ? compare(isDetail(before) ? before : {}, isDetail(after) ? after : {}) : [];
  const told: Detail = compared ? rest : value;
  const facts = inOrder(Object.keys(told)).flatMap((key) => {
    const words = wordsOf(key, told[key]);
    return words === null ? [] : [{ name: nameOfField(key), value: words }];
  });
  return { changes, facts };
}

function compare(before: Detail, after: Detail): AuditChange[] {
  return inOrder([...Object.keys(before), ...Object.keys(after)]).map((key) => ({
    field: nameOfField(key),
    before: wordsOf(key, before[key]),
    after: wordsOf(key, after[key]),
  }));
}
