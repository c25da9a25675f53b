import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../config/paths.ts';
import { openEmbedded } from '../database/embedded.ts';
import { PrismaClient } from '../database/generated/client.ts';
import { applyMigrations } from '../database/migrations.ts';
import { cheapSeed } from './cheap-seed.ts';
import { migrationsHash } from './migrations-hash.ts';

const modules = path.join(projectRoot, 'node_modules');
const folder = path.join(modules, '.cache/embedded-images');

/** What is in a database besides the tables: nothing, or the seed's people and notices. */
export type Contents = 'empty' | 'seeded';

const images: { [contents in Contents]?: Promise<Blob> } = {};

/**
 * The image of a migrated embedded database: loading it is about five times as fast as creating a database. The empty
 * one is made once for a set of migrations and a version of PGlite, and stored beside the packages; the seeded one is
 * made once in each process.
 */
export function embeddedImage(contents: Contents): Promise<Blob> {
  images[contents] ??= contents === 'empty' ? readImage() : seedImage();
  return images[contents];
}

async function seedImage(): Promise<Blob> {
  const embedded = await openEmbedded('memory', await embeddedImage('empty'));
  const prisma = new PrismaClient({ adapter: embedded.adapter });
  try {
    await cheapSeed(prisma);
    return await embedded.client.dumpDataDir('none');
  } finally {
    await prisma.$disconnect();
    await embedded.close();
  }
}

async function readImage(): Promise<Blob> {
  const name = `${pgliteVersion()}-${migrationsHash()}.tar`;
  const file = path.join(folder, name);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes !== undefined) return new Blob([new Uint8Array(bytes)]);
  const made = await makeImage();
  await mkdir(folder, { recursive: true });
  // Test files run in several processes, so a half-written file must never have this name.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, new Uint8Array(await made.arrayBuffer()));
  // On Windows a file that another process is reading cannot be replaced; its content is the same.
  await rename(draft, file).catch(() => rm(draft, { force: true }));
  for (const other of await readdir(folder)) {
    if (other.endsWith('.tar') && other !== name) await rm(path.join(folder, other), { force: true });
  }
  return made;
}

async function makeImage(): Promise<Blob> {
  const embedded = await openEmbedded('memory');
  try {
    await applyMigrations(embedded);
    return await embedded.client.dumpDataDir('none');
  } finally {
    await embedded.close();
  }
}

function pgliteVersion(): string {
  const manifest = readFileSync(path.join(modules, '@electric-sql/pglite/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
