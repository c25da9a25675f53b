import type { LightMyRequestResponse } from 'fastify';
import type { ImportJobView, ImportPreview, ImportStart } from '../contract/import-export.ts';
import { workbookType } from '../contract/table-file.ts';
import { type CsvEncoding, csvLines, encodeCsv } from '../import-export/csv.ts';
import { type FoundEncoding, formatOf, textOf } from '../import-export/decode.ts';
import { Unreadable } from '../import-export/source.ts';
import { workbookRows } from '../import-export/xlsx-read.ts';
import { writeWorkbook } from '../import-export/xlsx-write.ts';
import type { Built } from './build.ts';
import { until } from './client.ts';
import { bearer, get } from './http.ts';

/** A whole file as text, with the encoding that was found. */
export function decodeCsv(bytes: Buffer): { text: string; encoding: FoundEncoding } | { problem: string } {
  try {
    const encoding = formatOf(bytes);
    if (encoding === 'xlsx') throw new Unreadable('a workbook');
    return { text: [...textOf(bytes, encoding)].join(''), encoding };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

export type Rows = readonly (readonly string[])[];

/** A file with these rows, the heading first. */
export const csvOf = (rows: Rows, encoding: CsvEncoding = 'utf-8'): Buffer =>
  encodeCsv(csvLines(rows), encoding);

/** The same as a workbook. */
export async function xlsxOf([head = [], ...rows]: Rows): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of writeWorkbook({ name: '人员', head, batches: [rows] })) parts.push(part);
  return Buffer.concat(parts);
}

/** The cells of a workbook's first sheet. */
export async function rowsOf(bytes: Buffer): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const { cells } of workbookRows(bytes)) rows.push(cells);
  return rows;
}

/** Posts a file as the console does. */
export function upload(
  server: Built,
  step: 'preview' | 'start',
  bytes: Buffer,
  token: string,
  query: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return server.app.inject({
    method: 'POST',
    url: `/api/admin/import/${step}`,
    query,
    payload: bytes,
    headers: {
      'content-type': bytes.toString('latin1', 0, 2) === 'PK' ? workbookType : 'text/csv',
      ...bearer(token),
    },
  });
}

export async function previewOf(
  server: Built,
  bytes: Buffer,
  token: string,
  query: Record<string, string> = {},
): Promise<ImportPreview> {
  const response = await upload(server, 'preview', bytes, token, query);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

export async function startOf(
  server: Built,
  bytes: Buffer,
  token: string,
  query: Record<string, string>,
): Promise<ImportStart> {
  const response = await upload(server, 'start', bytes, token, query);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

/** Waits until an import is over. */
export async function jobOver(server: Built, id: string, token: string): Promise<ImportJobView> {
  let job: ImportJobView | undefined;
  await until(
    async () => {
      job = (await get(server, `/api/admin/import/jobs/${id}`, token)).json<ImportJobView>();
      return job.status !== 'running';
    },
    60_000,
    'the import is over',
  );
  if (job === undefined) throw new Error('no job');
  return job;
}

/** Previews and starts. @returns the job's id. @throws unless it has started */
export async function startImport(
  server: Built,
  bytes: Buffer,
  token: string,
  query: Record<string, string> = {},
): Promise<string> {
  const preview = await previewOf(server, bytes, token, query);
  if (preview.token === null) throw new Error(JSON.stringify(preview));
  const started = await startOf(server, bytes, token, { ...query, token: preview.token });
  if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
  return started.jobId;
}

/** Previews, starts, and waits for the end. */
export async function importFile(
  server: Built,
  bytes: Buffer,
  token: string,
  query: Record<string, string> = {},
): Promise<ImportJobView> {
  return jobOver(server, await startImport(server, bytes, token, query), token);
}
