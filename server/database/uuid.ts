import { randomFillSync } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562), as Prisma gives to new rows: ids that sort by time keep an index compact.
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
