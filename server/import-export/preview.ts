import { createHash } from 'node:crypto';
import { roleNames } from '../contract/constants.ts';
import type {
  FieldChange,
  ImportPreview,
  ImportProblem,
  PreviewRow,
  RoleChange,
} from '../contract/import-export.ts';
import type { PrismaClient } from '../database/database.ts';
import { maskMobile } from '../people/masked-mobile.ts';
import { columns, type FieldKey, fieldKeys, type PersonFields } from './columns.ts';
import { decodeCsv } from './decode.ts';
import { type ParsedFile, parseFile } from './parse.ts';
import { changedKeys, type ImportContext, makePlan, type Plan, type PlannedRow } from './plan.ts';

/** So many are shown; the counts tell of the rest. */
const shown = { problems: 200, samples: 50, roleChanges: 100 };

export interface LookedAt {
  preview: ImportPreview;
  /** What would be done; null where nothing can be. */
  plan: Plan | null;
  fileHash: string;
}

/** Looks at a file: what is wrong with it, and what it would do. Writes nothing. */
export async function lookAt(prisma: PrismaClient, bytes: Buffer, context: ImportContext): Promise<LookedAt> {
  const fileHash = createHash('sha256').update(bytes).digest('hex');
  const decoded = decodeCsv(bytes);
  if ('problem' in decoded) {
    const problems = [{ row: null, column: null, message: decoded.problem }];
    return { preview: { ...nothing, problems, problemCount: 1 }, plan: null, fileHash };
  }
  const { encoding, text } = decoded;
  const file = parseFile(text);
  const plan = await makePlan(prisma, file.rows, { fileHash, ...context });
  const problems = [...file.problems, ...plan.problems].sort(byRow);
  const preview: ImportPreview = {
    ...nothing,
    encoding,
    columns: file.columns,
    ignoredColumns: file.ignoredColumns,
    rows: rowCount(file),
    problems: problems.slice(0, shown.problems),
    problemCount: problems.length,
  };
  if (problems.length > 0) return { preview, plan: null, fileHash };
  return { preview: { ...preview, ...describe(plan) }, plan, fileHash };
}

const nothing: ImportPreview = {
  encoding: null,
  columns: [],
  ignoredColumns: [],
  rows: 0,
  created: 0,
  changed: 0,
  unchanged: 0,
  passwords: { given: 0, generated: 0, unused: 0 },
  problems: [],
  problemCount: 0,
  samples: [],
  roleChanges: [],
  roleChangeCount: 0,
  token: null,
};

const byRow = (one: ImportProblem, other: ImportProblem) => (one.row ?? 0) - (other.row ?? 0);

/** People in the file, also those whose row has a problem. */
function rowCount({ rows, problems }: ParsedFile): number {
  return new Set([...rows, ...problems].flatMap(({ row }) => (row === null || row === 1 ? [] : [row]))).size;
}

export function countsOf(rows: readonly PlannedRow[]) {
  const count = (kind: PlannedRow['kind']) => rows.filter((one) => one.kind === kind).length;
  return { created: count('created'), changed: count('changed'), unchanged: count('unchanged') };
}

function describe({ rows, token }: Plan): Partial<ImportPreview> {
  const counts = countsOf(rows);
  const created = rows.filter((one) => one.kind === 'created');
  const generated = created.filter(({ password }) => password === 'generate').length;
  const roleChanges = rows.flatMap((one) => roleChangeOf(one) ?? []);
  return {
    ...counts,
    passwords: {
      given: created.filter(({ password }) => password !== null).length - generated,
      generated,
      unused: rows.filter((one) => one.kind !== 'created' && one.unusedPassword).length,
    },
    samples: rows
      .filter(({ kind }) => kind !== 'unchanged')
      .slice(0, shown.samples)
      .map(previewRow),
    roleChanges: roleChanges.slice(0, shown.roleChanges),
    roleChangeCount: roleChanges.length,
    token: counts.created + counts.changed > 0 ? token : null,
  };
}

function roleChangeOf(one: PlannedRow): RoleChange | null {
  const before = one.kind === 'created' ? null : one.before.role;
  const after = one.after.role;
  if (before === after || (before === null && after === 'USER')) return null;
  return { row: one.row, username: one.username, name: one.after.name, before, after };
}

function previewRow(one: PlannedRow): PreviewRow {
  return {
    row: one.row,
    username: one.username,
    name: one.after.name,
    kind: one.kind === 'created' ? 'created' : 'changed',
    changes: describeChanges(one.kind === 'created' ? null : one.before, one.after),
  };
}

/** A field as people read it: no full mobile number, no role's identifier; null where there is nothing. */
export function describeField(fields: PersonFields, key: FieldKey): string | null {
  switch (key) {
    case 'mobile':
      return fields.mobile === null ? null : maskMobile(fields.mobile);
    case 'role':
      return roleNames[fields.role];
    case 'isSuperExecutive':
      return fields.isSuperExecutive ? '是' : '否';
    default:
      return fields[key];
  }
}

/** What changes, in Chinese; for a new person, what they are given. */
export function describeChanges(before: PersonFields | null, after: PersonFields): FieldChange[] {
  const keys =
    before === null
      ? fieldKeys.filter((key) => after[key] !== null && after[key] !== false)
      : changedKeys(before, after);
  return keys.map((key) => ({
    field: columns[key].title,
    before: before === null ? null : describeField(before, key),
    after: describeField(after, key),
  }));
}
