import { AppError } from '../plugins/errors.ts';

/** The last row of a page, in the order (publishedAt, id), newest first. */
export interface Position {
  publishedAt: Date;
  id: string;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opaque to clients. Not a row number: rows that are published meanwhile shift no page. */
export function encodeCursor({ publishedAt, id }: Position): string {
  return Buffer.from(`${publishedAt.getTime()} ${id}`).toString('base64url');
}

/** @throws AppError INVALID_REQUEST for anything that {@link encodeCursor} did not make. */
export function decodeCursor(cursor: string): Position {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!/^\d{1,13}$/.test(time) || !uuidPattern.test(id)) throw new AppError('INVALID_REQUEST');
  const position = { publishedAt: new Date(Number(time)), id };
  // Decoding is lenient: a cursor that we made is the same when it is made again.
  if (encodeCursor(position) !== cursor) throw new AppError('INVALID_REQUEST');
  return position;
}
