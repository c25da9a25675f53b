import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { importLimit } from '../config/limits.ts';
import { AppError } from '../plugins/errors.ts';

/** A file in parts, each with its own memory, which can move to the reading thread without a copy. */
export type UploadedFile = Uint8Array<ArrayBuffer>[];

/**
 * Receives a body in parts. Joining 10 MB and copying them for the thread would block other requests.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, without reading on.
 */
export async function receiveFile(body: Readable & Pick<IncomingMessage, 'headers'>): Promise<UploadedFile> {
  if (Number(body.headers['content-length'] ?? 0) > importLimit) throw new AppError('PAYLOAD_TOO_LARGE');
  const parts: UploadedFile = [];
  let length = 0;
  // The body is not destroyed: that would end the connection before the answer.
  for await (const part of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > importLimit) throw new AppError('PAYLOAD_TOO_LARGE');
    parts.push(new Uint8Array(part));
  }
  return parts;
}
