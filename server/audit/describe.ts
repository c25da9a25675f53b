import type { AuditChange, AuditEntry, AuditPerson, AuditSubject } from '../contract/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import { uuidPattern } from '../database/uuid.ts';
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

/** Makes rows readable: names instead of ids, Chinese instead of codes, old values beside new ones. */
export async function describeRows(prisma: PrismaClient, rows: readonly AuditRow[]): Promise<AuditEntry[]> {
  const known = await knownSubjects(prisma, rows);
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    actionName: nameOfAction(row.action),
    actor:
      row.actorId === null ? null : (known.people.get(`user:${row.actorId}`) ?? unknownPerson(row.actorId)),
    subject: describeSubject(row, known),
    address: row.address,
    ...describeDetail(row.detail),
  }));
}

const unknownPerson = (id: string): AuditPerson => ({ id, name: '（已不存在）', username: id });

/** Names of subjects, by the subject's text in the log. */
interface Known {
  people: ReadonlyMap<string, AuditPerson>;
  notices: ReadonlyMap<string, string>; // part: notices
}

async function knownSubjects(prisma: PrismaClient, rows: readonly AuditRow[]): Promise<Known> {
  const subjects = rows.map(({ subject }) => subject ?? '');
  const named = (kind: string) =>
    subjects.flatMap((subject) => (subject.startsWith(`${kind}:`) ? [subject.slice(kind.length + 1)] : []));
  const ids = [...named('user'), ...rows.map(({ actorId }) => actorId ?? '')].filter((id) =>
    uuidPattern.test(id),
  );
  const found = await prisma.user.findMany({
    where: {
      OR: [
        { id: { in: [...new Set(ids)] } },
        { username: { in: named('account') } },
        { dingUserId: { in: named('person') } },
      ],
    },
    select: { id: true, name: true, username: true, dingUserId: true },
  });
  const people = new Map<string, AuditPerson>();
  for (const { id, name, username, dingUserId } of found)
    for (const key of [`user:${id}`, `account:${username}`, `person:${dingUserId}`])
      people.set(key, { id, name, username });
  // part: notices
  const notices = await prisma.notice.findMany({
    where: { id: { in: named('notice').filter((id) => uuidPattern.test(id)) } },
    select: { id: true, title: true },
  });
  return {
    people,
    notices: new Map(notices.map(({ id, title }) => [`notice:${id}`, title])), // part: notices
  };
}

/** Chinese names of the kinds of subjects, by the word before the colon. */
const subjectKinds = new Map(
  Object.entries({
    user: '人员',
    account: '账号',
    person: '平台人员',
    network: '网络地址',
    export: '导出',
    job: '后台工作',
  }),
);

/** Subjects without a name of their own. */
const plainSubjects = new Map(
  Object.entries({ 'export:people': '人员', 'export:audit': '审计日志', audit: '审计日志' }),
);

function describeSubject(row: AuditRow, known: Known): AuditSubject | null {
  const { subject } = row;
  if (subject === null) return null;
  const person = known.people.get(subject);
  if (person !== undefined)
    return { text: `${person.name}（${person.username}）`, link: `/people/${person.id}` };
  const [kind = '', ...rest] = subject.split(':');
  const id = rest.join(':');
  // part: notices
  if (kind === 'notice') {
    const title = known.notices.get(subject) ?? titleIn(row.detail);
    const link = known.notices.has(subject) ? `/notices/${id}` : null;
    return { text: title === null ? '一篇公告' : `《${title}》`, link };
  }
  if (kind === 'import') return { text: '一次导入', link: importedBy(id) };
  const name = subjectKinds.get(kind);
  return { text: plainSubjects.get(subject) ?? (name && id ? `${name} ${id}` : subject), link: null };
}

/** The entries of all people of an import. */
const importedBy = (id: string): string | null => (uuidPattern.test(id) ? `/audit?text=${id}` : null);

// part: notices
/** The title of a notice that was deleted later, from the entry's detail. */
function titleIn(detail: unknown): string | null {
  if (!isDetail(detail)) return null;
  const told = [detail, detail.after, detail.before].find((each) => isDetail(each) && each.title);
  return isDetail(told) && typeof told.title === 'string' ? told.title : null;
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
    const link = key === 'import' ? importedBy(String(told[key])) : null;
    if (link !== null) return [{ name: '一起导入的人', value: '全部记录', link }];
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
