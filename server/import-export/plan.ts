import { createHash } from 'node:crypto';
import type { Passwords } from '../auth/passwords.ts';
import type { SessionUser } from '../contract/auth.ts';
import type { PrismaClient } from '../database/database.ts';
import { newUsernameProblem, told } from './cells.ts';
import { type ColumnKey, columns, type FieldKey, fieldKeys, type PersonFields } from './columns.ts';
import { type ExistingPerson, findOwners, findPeople, type Owner } from './import-people.ts';
import type { ParsedRow } from './parse.ts';
import { addProblem, joinProblems, noProblems, type Problems } from './problems.ts';
import { createTurns } from './turns.ts';

export interface ImportOptions {
  /** Whether to generate passwords for new people without an initial password and a platform id. */
  generatePasswords: boolean;
}

export interface ImportContext {
  options: ImportOptions;
  /** The importer, whose own role cannot be removed, so that one administrator always stays. */
  actor: SessionUser;
  /** Checks initial passwords. */
  passwords: Pick<Passwords, 'judge'>;
  /** Whether the passwords are kept here. */
  keepsPasswords: boolean;
}

/** A row with its change of the present database. */
export type PlannedRow = { row: number; username: string; after: PersonFields } & (
  | { kind: 'created'; password: string | 'generate' | null }
  | { kind: 'changed' | 'unchanged'; id: string; before: PersonFields; unusedPassword: boolean }
);

export interface Plan {
  rows: PlannedRow[];
  problems: Problems;
  /** Stands for this file, these options, and the people in their present state. */
  token: string;
}

const newPerson: Omit<PersonFields, 'name'> = {
  mobile: null,
  department: null,
  role: 'USER',
  dingUserId: null,
  employeeCode: null,
  isSuperExecutive: false,
};

export const changedKeys = (before: PersonFields, after: PersonFields): FieldKey[] =>
  fieldKeys.filter((key) => before[key] !== after[key]);

/** Compares the file with the people in the database; writes nothing. */
export async function makePlan(
  prisma: PrismaClient,
  parsed: readonly ParsedRow[],
  context: ImportContext & { fileHash: string },
): Promise<Plan> {
  const turn = createTurns();
  const problems = noProblems();
  const existing = await findPeople(
    prisma,
    parsed.map(({ username }) => username),
  );
  const rows: PlannedRow[] = [];
  for (const one of parsed) {
    await turn();
    const complain: Complain = (key, text) =>
      addProblem(problems, { row: one.row, column: columns[key].title, message: `${told(key, text)}。` });
    const person = existing.get(one.username);
    rows.push(
      person === undefined
        ? planNew(one, context, complain)
        : planExisting(one, person, context.actor, complain),
    );
  }
  const clashes = [
    await findClashes(prisma, 'mobile', rows, turn),
    await findClashes(prisma, 'dingUserId', rows, turn),
  ];
  return {
    rows,
    problems: joinProblems(problems, ...clashes),
    token: await tokenOf(rows, context, turn),
  };
}

type Complain = (key: ColumnKey, text: string) => void;

function planNew(
  { row, username, fields, password }: ParsedRow,
  { options, passwords, keepsPasswords }: ImportContext,
  complain: Complain,
): PlannedRow {
  const wrongName = newUsernameProblem(username);
  if (wrongName !== null) complain('username', wrongName);
  if (fields.name === undefined) complain('name', '不能为空，这是新增的人');
  const after = { ...newPerson, name: '', ...fields };
  if (password !== null) {
    if (!keepsPasswords) complain('password', '不能填：密码由您单位的账号系统管理');
    const judged = passwords.judge(password, username);
    if (judged === 'TOO_SHORT') complain('password', '太短，至少 8 个字');
    if (judged === 'TOO_COMMON') complain('password', '太常见，容易被猜到');
    if (judged === 'CONTAINS_USERNAME') complain('password', '不能包含用户名');
  }
  const generate = options.generatePasswords && keepsPasswords && after.dingUserId === null;
  return { row, username, after, kind: 'created', password: password ?? (generate ? 'generate' : null) };
}

function planExisting(
  { row, username, fields, password }: ParsedRow,
  { id, boundAt, fields: before }: ExistingPerson,
  actor: SessionUser,
  complain: Complain,
): PlannedRow {
  const after = { ...before, ...fields };
  if (after.dingUserId !== before.dingUserId && before.dingUserId !== null && boundAt !== null) {
    complain('dingUserId', '和已绑定的不同。要换绑，请先到“人员”页解除绑定');
  }
  if (id === actor.id && after.role !== 'ADMIN') {
    complain('role', '不能改：这是您自己，导入不能撤掉自己的管理员角色');
  }
  const kind = changedKeys(before, after).length === 0 ? 'unchanged' : 'changed';
  return { row, username, after, kind, id, before, unusedPassword: password !== null };
}

/** Mobile numbers or platform ids that two people would have after the import. */
async function findClashes(
  prisma: PrismaClient,
  key: 'mobile' | 'dingUserId',
  rows: readonly PlannedRow[],
  turn: () => Promise<void>,
): Promise<Problems> {
  const problems = noProblems();
  const planned = new Map(rows.flatMap((one) => (one.kind === 'created' ? [] : [[one.id, one] as const])));
  const changing = rows.filter(
    (one) => one.after[key] !== null && (one.kind === 'created' || one.after[key] !== one.before[key]),
  );
  const owners = await findOwners(
    prisma,
    key,
    changing.flatMap(({ after }) => after[key] ?? []),
  );
  const staying = (owner: Owner, value: string) => {
    const other = planned.get(owner.id);
    return other === undefined || other.after[key] === value;
  };
  for (const one of changing) {
    await turn();
    const value = one.after[key] ?? '';
    const owner = owners.get(value);
    if (owner === undefined || owner.username === one.username || !staying(owner, value)) continue;
    const hint = key === 'dingUserId' ? `如果是同一个人，请把用户名改成 ${owner.username}` : '请核对';
    addProblem(problems, {
      row: one.row,
      column: columns[key].title,
      message: `${told(key, `已经是${owner.name}（${owner.username}）的`)}。${hint}。`,
    });
  }
  return problems;
}

async function tokenOf(
  rows: readonly PlannedRow[],
  { fileHash, options, actor }: ImportContext & { fileHash: string },
  turn: () => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([fileHash, options, actor.id]));
  for (const one of rows) {
    await turn();
    hash.update(JSON.stringify([one.row, one.kind, one.kind === 'created' ? null : [one.id, one.before]]));
  }
  return hash.digest('base64url');
}
