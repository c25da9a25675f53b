import { roleNames } from '../contract/constants.ts';
import type { FieldChange, ImportPreview, PreviewRow, RoleChange } from '../contract/import-export.ts';
import type { PrismaClient } from '../database/database.ts';
import { maskMobile } from '../people/masked-mobile.ts';
import { columns, type FieldKey, fieldKeys, type PersonFields } from './columns.ts';
import { changedKeys, type ImportContext, makePlan, type Plan, type PlannedRow } from './plan.ts';
import { joinProblems } from './problems.ts';
import type { ReadFile } from './reading.ts';

/** The most rows that are shown; all are counted. */
const shown = { samples: 50, roleChanges: 100 };

export interface LookedAt {
  preview: ImportPreview;
  /** The plan of the import, and its file; null if the file has problems. */
  planned: { plan: Plan; fileHash: string } | null;
}

/** Finds the changes that a file would make, and its problems. Writes nothing. */
export async function lookAt(
  prisma: PrismaClient,
  read: ReadFile,
  context: ImportContext,
): Promise<LookedAt> {
  if ('problem' in read) {
    const problems = [{ row: null, column: null, message: read.problem }];
    return { preview: { ...nothing, problems, problemCount: 1 }, planned: null };
  }
  const { format, file, hash: fileHash } = read;
  const plan = await makePlan(prisma, file.rows, { fileHash, ...context });
  const problems = joinProblems(file.problems, plan.problems);
  const preview: ImportPreview = {
    ...nothing,
    format,
    columns: file.columns,
    ignoredColumns: file.ignoredColumns,
    rows: file.people,
    problems: problems.first,
    problemCount: problems.count,
  };
  if (problems.count > 0) return { preview, planned: null };
  return { preview: { ...preview, ...describe(plan) }, planned: { plan, fileHash } };
}

const nothing: ImportPreview = {
  format: null,
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

/** A field as text for people, with a masked mobile number and the role's name; null for an empty one. */
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

/** The changed fields in Chinese; for a new person all fields with a value. */
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
