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

/** Reads a file of people, and finds what is wrong with it before the database is asked. */
export async function readFile(bytes: Buffer): Promise<ReadFile> {
  try {
    const format = formatOf(bytes);
    // Cells of a workbook say what they are; those of CSV carry an apostrophe where a spreadsheet would run them.
    const file = await (format === 'xlsx'
      ? parseFile(workbookRows(bytes), (cell) => cell)
      : parseFile(csvRows(textOf(bytes, format)), original));
    return { hash: createHash('sha256').update(bytes).digest('hex'), format, file };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}
