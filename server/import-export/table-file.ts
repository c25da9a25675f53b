import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { beijingTime } from '../audit/words.ts';
import { type TableFormat, workbookType } from '../contract/table-file.ts';
import { csvLines, encodeCsv } from './csv.ts';
import { type Table, writeWorkbook } from './xlsx-write.ts';

/** A file name with the day in Beijing: `人员-2026-11-30`. */
export const dated = (name: string, at: number): string =>
  `${name}-${beijingTime(new Date(at)).slice(0, 10)}`;

/**
 * Answers with a file that is written while it is sent, so that it is never in memory as a whole. Stops if the receiver
 * disconnects.
 */
export function sendTable(reply: FastifyReply, table: Table, format: TableFormat): FastifyReply {
  const isWorkbook = format === 'xlsx';
  const name = encodeURIComponent(`${table.name}.${isWorkbook ? 'xlsx' : 'csv'}`);
  const charset = format === 'csv-gb18030' ? 'gb18030' : 'utf-8';
  return reply
    .headers({
      'content-type': isWorkbook ? workbookType : `text/csv; charset=${charset}; header=present`,
      'content-disposition': `attachment; filename="download.${isWorkbook ? 'xlsx' : 'csv'}"; filename*=UTF-8''${name}`,
    })
    .send(isWorkbook ? writeWorkbook(table) : Readable.from(csvOf(table, charset), { objectMode: false }));
}

async function* csvOf({ head, batches }: Table, charset: 'utf-8' | 'gb18030'): AsyncGenerator<Buffer> {
  yield encodeCsv(csvLines([head]), charset);
  for await (const rows of batches) {
    if (rows.length > 0) yield encodeCsv(csvLines(rows), charset, false);
  }
}
