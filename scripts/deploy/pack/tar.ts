import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A file to go into an archive. */
export interface TarEntry {
  /** Its path in the archive, with slashes. */
  path: string;
  /** Where it lies now. */
  file: string;
}

const block = 512;
/** The time that every entry has, so that the same files make the same archive: 2000-01-01, in seconds. */
const mtime = 946_684_800;

/**
 * Writes a `.tar.gz` that depends on nothing but the entries' paths and contents: no times, owners and modes of
 * this machine. Made on Windows it unpacks on Linux. Paths are sorted.
 */
export async function writeTarGz(entries: readonly TarEntry[], archive: string): Promise<void> {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  await pipeline(Readable.from(tar(sorted)), createGzip({ level: 9 }), createWriteStream(archive));
  // gzip's header names the system that it was made on; 255 is “unknown”.
  const written = await open(archive, 'r+');
  try {
    await written.write(Buffer.from([255]), 0, 1, 9);
  } finally {
    await written.close();
  }
}

async function* tar(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  for (const { path, file } of entries) {
    const { size } = await stat(file);
    yield headerFor(path, size);
    let read = 0;
    for await (const chunk of createReadStream(file)) {
      read += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (read !== size) throw new Error(`${file} has changed while it was read`);
    yield padding(size);
  }
  yield Buffer.alloc(2 * block);
}

const padding = (size: number) => Buffer.alloc((block - (size % block)) % block);

/** The header of one file; before it, for a path that has no room in it, one that holds nothing but the path. */
function headerFor(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) <= 100) return header(path, size, '0');
  const record = paxRecord('path', path);
  return Buffer.concat([
    header('PaxHeader', record.length, 'x'),
    record,
    padding(record.length),
    header(path.slice(-90).replace(/[^\x20-\x7e]/g, '_'), size, '0'),
  ]);
}

/** `<length> path=<path>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header(name: string, size: number, type: '0' | 'x'): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) =>
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii');
  bytes.write(name, 0, 'utf8');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(mtime, 136, 12);
  bytes.write('        ', 148, 'ascii');
  bytes.write(type, 156, 'ascii');
  bytes.write('ustar\x0000', 257, 'latin1');
  bytes.write('root', 265, 'ascii');
  bytes.write('root', 297, 'ascii');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return bytes;
}
