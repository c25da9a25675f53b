import type { Instant, RoleName } from './contract.ts';
import type { CsvEncoding } from './csv-encoding.ts';

/** What a file was found to be written in. */
export type FoundEncoding = 'utf-8' | 'utf-8-bom' | 'gb18030';

/** Something that must be mended in the file. */
export interface ImportProblem {
  /** As Excel numbers rows: the heading is row 1. Null: the file as a whole. */
  row: number | null;
  /** The column's name; null where it is not about one. */
  column: string | null;
  /** Chinese; holds no mobile number and no password. */
  message: string;
}

/** What a row changes, in Chinese; mobile numbers are masked. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

export interface PreviewRow {
  row: number;
  username: string;
  name: string;
  kind: 'created' | 'changed';
  changes: FieldChange[];
}

/** A person who gets more, or fewer, rights by the import. */
export interface RoleChange {
  row: number;
  username: string;
  name: string;
  /** Null for a new person. */
  before: RoleName | null;
  after: RoleName;
}

/** `POST /api/admin/import/preview`: what the file would do. Nothing has been written. */
export interface ImportPreview {
  /** Null where it could not be found out. */
  encoding: FoundEncoding | null;
  /** Columns that are used, and others, which are not. */
  columns: string[];
  ignoredColumns: string[];
  /** People in the file. */
  rows: number;
  created: number;
  changed: number;
  unchanged: number;
  /** Initial passwords of new people; `unused`: given for people who have an account already. */
  passwords: { given: number; generated: number; unused: number };
  /** The first problems, by row; with a problem anywhere nothing can be imported. */
  problems: ImportProblem[];
  problemCount: number;
  /** The first rows that change something. */
  samples: PreviewRow[];
  roleChanges: RoleChange[];
  roleChangeCount: number;
  /** Shown when the import is started: it stands for exactly this. Null while there is nothing to start. */
  token: string | null;
}

/** `POST /api/admin/import/start`, with the same file again. */
export type ImportStart =
  | { outcome: 'started'; jobId: string }
  /** Somebody else's import, or one's own in another window, is not over yet. */
  | { outcome: 'busy'; by: string | null; since: Instant | null }
  /** People have been changed since the preview, or the file has: look at it again. */
  | { outcome: 'changed-meanwhile'; preview: ImportPreview };

export type ImportStatusName = 'running' | 'done' | 'broken';
export type ImportPhase = 'passwords' | 'writing';

/** `GET /api/admin/import/jobs/:id`. */
export interface ImportJobView {
  id: string;
  status: ImportStatusName;
  /** Who started it. */
  by: string | null;
  startedAt: Instant;
  finishedAt: Instant | null;
  rows: number;
  created: number;
  changed: number;
  unchanged: number;
  phase: ImportPhase;
  /** Of `total`, in this phase. */
  done: number;
  total: number;
  /** Chinese: why it is broken, and what to do. Nothing of it was written. */
  failure: string | null;
  /** Whether the result file can still be had, and with the generated passwords by who is asking. */
  result: 'none' | 'with-passwords' | 'without-passwords';
}

/** `GET /api/admin/import/jobs`: the latest first. */
export interface ImportJobs {
  items: ImportJobView[];
}

export interface CsvQuery {
  encoding?: CsvEncoding;
}

/** `GET /api/admin/import/guide`: what the page tells about the file. */
export interface ImportGuide {
  maxBytes: number;
  maxRows: number;
  columns: { title: string; required: boolean; explanation: string; example: string }[];
}
