import { AppError } from '../plugins/errors.ts';
import { uuidPattern } from './uuid.ts';

/** The last row of a page, in the order (publishedAt, id), newest first. */
export interface Position {
  publishedAt: Date;
  id: string;
}

/** Opaque to clients. Not a row number, so that new rows do not shift the pages. */
export function encodeCursor({ publishedAt, id }: Position): string {
  return Buffer.from(`${publishedAt.getTime()} ${id}`).toString('base64url');
}

/** @throws AppError INVALID_REQUEST for a text that {@link encodeCursor} did not make. */
export function decodeCursor(cursor: string): Position {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!/^\d{1,13}$/.test(time) || !uuidPattern.test(id)) throw new AppError('INVALID_REQUEST');
  const position = { publishedAt: new Date(Number(time)), id };
  // base64url decoding is lenient: only a cursor of ours is the same after encoding again.
  if (encodeCursor(position) !== cursor) throw new AppError('INVALID_REQUEST');
  return position;
}
