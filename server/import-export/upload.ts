import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { importLimit } from '../config/limits.ts';
import { AppError } from '../plugins/errors.ts';

/** A file in parts, each in memory of its own: the thread that reads it takes them over, and nothing is copied. */
export type UploadedFile = Uint8Array<ArrayBuffer>[];

/**
 * Takes a body as it comes. To put 10 MB together at its end, and to copy them for the thread, would keep all other
 * requests waiting.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, without reading on.
 */
export async function receiveFile(body: Readable & Pick<IncomingMessage, 'headers'>): Promise<UploadedFile> {
  if (Number(body.headers['content-length'] ?? 0) > importLimit) throw new AppError('PAYLOAD_TOO_LARGE');
  const parts: UploadedFile = [];
  let length = 0;
  // The answer goes out over the connection that a destroyed body would end.
  for await (const part of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > importLimit) throw new AppError('PAYLOAD_TOO_LARGE');
    parts.push(new Uint8Array(part));
  }
  return parts;
}
