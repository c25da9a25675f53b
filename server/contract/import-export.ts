import { type Static, Type } from 'typebox';
import { roleName } from './auth.ts';
import { peopleFilter } from './people.ts';
import { count, instant, nullable, strict, text, textOrNull, uuid } from './schema.ts';
import { tableFormat, workbookType } from './table-file.ts';

/** `POST /api/admin/export/people`: the filtered list of people, as a file. */
export const peopleExport = strict({
  ...peopleFilter.properties,
  mobiles: Type.Optional(
    Type.Enum(['masked', 'full'], {
      description: 'masked 隐藏中间四位（默认）；full 完整号码，只限管理员',
    }),
  ),
  format: Type.Optional(tableFormat),
});
export type PeopleExport = Static<typeof peopleExport>;

/** For the template and for the result of an import. */
export const fileQuery = strict({ format: Type.Optional(tableFormat) });

/** The body of preview and start: the file. */
const file = { schema: Type.Unknown({ description: 'Excel 工作簿或 CSV' }) };
export const fileUpload = { content: { 'text/csv': file, [workbookType]: file } };

export const previewQuery = strict({ generatePasswords: Type.Optional(Type.Boolean({ default: false })) });

/** With the preview's token. */
export const startQuery = strict({ ...previewQuery.properties, token: text(1, 64) });

/** The detected format: a workbook, or CSV in one of these encodings. */
const foundFormat = Type.Enum(['xlsx', 'utf-8', 'utf-8-bom', 'gb18030']);
export type FoundFormat = Static<typeof foundFormat>;

/** A problem that must be fixed in the file. */
const importProblem = strict({
  /** The row's number in Excel: the heading is row 1. Null for the whole file. */
  row: nullable(Type.Integer()),
  /** The column's name; null for the whole row. */
  column: textOrNull,
  /** Chinese; holds no mobile number and no password. */
  message: Type.String(),
});
export type ImportProblem = Static<typeof importProblem>;

/** What a row changes, in Chinese; mobile numbers are masked. */
const fieldChange = strict({ field: Type.String(), before: textOrNull, after: textOrNull });
export type FieldChange = Static<typeof fieldChange>;

const person = { row: Type.Integer(), username: Type.String(), name: Type.String() };

const previewRow = strict({
  ...person,
  kind: Type.Enum(['created', 'changed']),
  changes: Type.Array(fieldChange),
});
export type PreviewRow = Static<typeof previewRow>;

/** A person whose role the import changes; `before` is null for a new one. */
const roleChange = strict({ ...person, before: nullable(roleName), after: roleName });
export type RoleChange = Static<typeof roleChange>;

/** `POST /api/admin/import/preview`: the changes that the file would make. Writes nothing. */
export const importPreview = strict({
  /** Null if it could not be detected. */
  format: nullable(foundFormat),
  /** The used columns, and the ignored ones. */
  columns: Type.Array(Type.String()),
  ignoredColumns: Type.Array(Type.String()),
  /** People in the file. */
  rows: count,
  created: count,
  changed: count,
  unchanged: count,
  /** Initial passwords of new people; `unused`: given for people who have an account. */
  passwords: strict({ given: count, generated: count, unused: count }),
  /** The first problems, by row; a file with a problem cannot be imported. */
  problems: Type.Array(importProblem),
  problemCount: count,
  /** The first rows with changes. */
  samples: Type.Array(previewRow),
  roleChanges: Type.Array(roleChange),
  roleChangeCount: count,
  /** Stands for exactly this preview, and is sent to start the import. Null if there is nothing to import. */
  token: textOrNull,
});
export type ImportPreview = Static<typeof importPreview>;

/** `POST /api/admin/import/start`, with the same file again. */
export const importStart = Type.Union([
  strict({ outcome: Type.Literal('started'), jobId: Type.String() }),
  /** Another import is running. */
  strict({ outcome: Type.Literal('busy'), by: textOrNull, since: nullable(instant) }),
  /** People or the file have changed since the preview, which must be repeated. */
  strict({ outcome: Type.Literal('changed-meanwhile'), preview: importPreview }),
]);
export type ImportStart = Static<typeof importStart>;

const importStatus = Type.Enum(['running', 'done', 'broken']);
export type ImportStatusName = Static<typeof importStatus>;

const importPhase = Type.Enum(['passwords', 'writing']);
export type ImportPhase = Static<typeof importPhase>;

/** `GET /api/admin/import/jobs/:id`. */
export const importJob = strict({
  id: uuid,
  status: importStatus,
  /** The administrator who started it. */
  by: textOrNull,
  startedAt: instant,
  finishedAt: nullable(instant),
  rows: count,
  created: count,
  changed: count,
  unchanged: count,
  phase: importPhase,
  /** The finished part of `total`, in this phase. */
  done: count,
  total: count,
  /** Chinese: why it failed, and what to do. Nothing was written. */
  failure: textOrNull,
  /** Whether the result file still exists, and still has the generated passwords for the asking person. */
  result: Type.Enum(['none', 'with-passwords', 'without-passwords']),
});
export type ImportJobView = Static<typeof importJob>;

/** `GET /api/admin/import/jobs`: the latest first. */
export const importJobs = strict({ items: Type.Array(importJob) });
export type ImportJobs = Static<typeof importJobs>;

/** `GET /api/admin/import/guide`: the description of the file, for the page. */
export const importGuide = strict({
  maxBytes: count,
  maxRows: count,
  columns: Type.Array(
    strict({
      title: Type.String(),
      required: Type.Boolean(),
      explanation: Type.String(),
      example: Type.String(),
    }),
  ),
});
export type ImportGuide = Static<typeof importGuide>;
