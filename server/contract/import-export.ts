import { type Static, Type } from 'typebox';
import { roleName } from './auth.ts';
import { peopleFilter } from './people.ts';
import { count, instant, nullable, strict, text, textOrNull, uuid } from './schema.ts';
import { tableFormat, workbookType } from './table-file.ts';

/** `POST /api/admin/export/people`: the people whom the list shows with this filter, as a file. */
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

/** With the token of the preview. */
export const startQuery = strict({ ...previewQuery.properties, token: text(1, 64) });

/** What a file was found to be: a workbook, or CSV in one of these encodings. */
const foundFormat = Type.Enum(['xlsx', 'utf-8', 'utf-8-bom', 'gb18030']);
export type FoundFormat = Static<typeof foundFormat>;

/** Something that must be mended in the file. */
const importProblem = strict({
  /** As Excel numbers rows: the heading is row 1. Null: the file as a whole. */
  row: nullable(Type.Integer()),
  /** The column's name; null where it is not about one. */
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

/** A person who gets more, or fewer, rights by the import; `before` is null for a new one. */
const roleChange = strict({ ...person, before: nullable(roleName), after: roleName });
export type RoleChange = Static<typeof roleChange>;

/** `POST /api/admin/import/preview`: what the file would do. Nothing has been written. */
export const importPreview = strict({
  /** Null where it could not be found out. */
  format: nullable(foundFormat),
  /** Columns that are used, and others, which are not. */
  columns: Type.Array(Type.String()),
  ignoredColumns: Type.Array(Type.String()),
  /** People in the file. */
  rows: count,
  created: count,
  changed: count,
  unchanged: count,
  /** Initial passwords of new people; `unused`: given for people who have an account already. */
  passwords: strict({ given: count, generated: count, unused: count }),
  /** The first problems, by row; with a problem anywhere nothing can be imported. */
  problems: Type.Array(importProblem),
  problemCount: count,
  /** The first rows that change something. */
  samples: Type.Array(previewRow),
  roleChanges: Type.Array(roleChange),
  roleChangeCount: count,
  /** Shown when the import is started: it stands for exactly this. Null while there is nothing to start. */
  token: textOrNull,
});
export type ImportPreview = Static<typeof importPreview>;

/** `POST /api/admin/import/start`, with the same file again. */
export const importStart = Type.Union([
  strict({ outcome: Type.Literal('started'), jobId: Type.String() }),
  /** Somebody else's import, or one's own in another window, is not over yet. */
  strict({ outcome: Type.Literal('busy'), by: textOrNull, since: nullable(instant) }),
  /** People have been changed since the preview, or the file has: look at it again. */
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
  /** Who started it. */
  by: textOrNull,
  startedAt: instant,
  finishedAt: nullable(instant),
  rows: count,
  created: count,
  changed: count,
  unchanged: count,
  phase: importPhase,
  /** Of `total`, in this phase. */
  done: count,
  total: count,
  /** Chinese: why it is broken, and what to do. Nothing of it was written. */
  failure: textOrNull,
  /** Whether the result file can still be had, and with the generated passwords by who is asking. */
  result: Type.Enum(['none', 'with-passwords', 'without-passwords']),
});
export type ImportJobView = Static<typeof importJob>;

/** `GET /api/admin/import/jobs`: the latest first. */
export const importJobs = strict({ items: Type.Array(importJob) });
export type ImportJobs = Static<typeof importJobs>;

/** `GET /api/admin/import/guide`: what the page tells about the file. */
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
