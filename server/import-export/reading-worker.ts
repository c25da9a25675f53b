import { parentPort } from 'node:worker_threads';
import { batches } from './batches.ts';
import type { ParsedRow } from './parse.ts';
import { type ReadFile, readFile } from './reading.ts';
import type { UploadedFile } from './upload.ts';

/** The thread's messages: rows in parts, each on request, and the rest at the end. */
export type FromWorker = { rows: ParsedRow[] } | { read: ReadFile };
/** A file, or a request for more rows. */
export type ToWorker = { file: UploadedFile } | 'more';

let more = () => {};

async function read(file: UploadedFile, tell: (message: FromWorker) => void): Promise<void> {
  const result = await readFile(Buffer.concat(file));
  if ('problem' in result) {
    tell({ read: result });
    return;
  }
  for (const rows of batches(result.file.rows)) {
    const asked = new Promise<void>((resolve) => {
      more = resolve;
    });
    tell({ rows });
    await asked;
  }
  tell({ read: { ...result, file: { ...result.file, rows: [] } } });
}

const port = parentPort;
port?.on('message', (message: ToWorker) => {
  if (message === 'more') more();
  // An error ends the thread, which reports it.
  else void read(message.file, (told) => port.postMessage(told));
});
