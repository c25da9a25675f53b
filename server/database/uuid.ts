import { randomFillSync } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562), like Prisma's ids of new rows. Ids that sort by time keep an index compact.
 *
 * @param now epoch milliseconds; the system's clock by default, as for the rows that Prisma writes.
 */
export function timeOrderedUuid(now: number = Date.now()): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  randomFillSync(bytes, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A UUID as this server and PostgreSQL write it, in lower case. */
export const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
