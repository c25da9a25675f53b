import { createHash } from 'node:crypto';
import type { FoundFormat } from '../contract/import-export.ts';
import { original } from './csv.ts';
import { csvRows } from './csv-read.ts';
import { formatOf, textOf } from './decode.ts';
import { type ParsedFile, parseFile } from './parse.ts';
import { Unreadable } from './source.ts';
import { workbookRows } from './xlsx-read.ts';

export type ReadFile =
  /** `hash` is a fingerprint of the file's bytes. */
  | { hash: string; format: FoundFormat; file: ParsedFile }
  /** Chinese: why the file cannot be read at all, and what to do. */
  | { problem: string };

/** Reads a file of people and finds its problems, without the database. */
export async function readFile(bytes: Buffer): Promise<ReadFile> {
  try {
    const format = formatOf(bytes);
    // Cells of a workbook have types; in CSV an apostrophe protects cells that a spreadsheet would run.
    const file = await (format === 'xlsx'
      ? parseFile(workbookRows(bytes), (cell) => cell)
      : parseFile(csvRows(textOf(bytes, format)), original));
    return { hash: createHash('sha256').update(bytes).digest('hex'), format, file };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}
