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

/** The same for a list in the order of its ids. */
export const encodeIdCursor = (id: string): string =>
  Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** @throws AppError INVALID_REQUEST for anything that {@link encodeIdCursor} did not make. */
export function decodeIdCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!uuidPattern.test(id) || encodeIdCursor(id) !== cursor) throw new AppError('INVALID_REQUEST');
  return id;
}
