import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import prisma from '@prisma/internals';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type Names, renamed } from './names.ts';
import { places, withLines } from './places.ts';

const schemaFile = 'prisma/schema.prisma';
const filesFolder = new URL('files/', import.meta.url);

/** What an addition writes: whole texts by path with `/`. */
export interface Addition {
  created: Map<string, string>;
  changed: Map<string, string>;
}

/**
 * Adds a feature to an app: table and migration, contract, routes, service, a page of the mini program with list and
 * form, a page of the console where there is one, and the tests of all of them. All or nothing: nothing that is there is
 * overwritten, and where a place is missing nothing is written.
 *
 * @param root the project's folder.
 * @throws StartFailure in Chinese: what is there already, or which line is missing where.
 */
export async function addFeature(root: string, names: Names, now = new Date()): Promise<Addition> {
  const addition = await planAddition(root, names, now);
  const before = new Map<string, string>();
  for (const file of addition.changed.keys()) before.set(file, await readFile(path.join(root, file), 'utf8'));
  try {
    for (const [file, text] of [...addition.created, ...addition.changed]) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
  } catch (error) {
    for (const file of addition.created.keys()) await rm(path.join(root, file), { force: true });
    for (const [file, text] of before) await writeFile(path.join(root, file), text);
    throw error;
  }
  layOut(root, [...addition.created.keys(), ...addition.changed.keys()]);
  return addition;
}

/** Plans an addition without writing anything. */
export async function planAddition(root: string, names: Names, now: Date): Promise<Addition> {
  const created = new Map<string, string>();
  const migration = await migrationTime(root, now);
  for (const file of await readdir(filesFolder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tpl')) continue;
    const place = file.replaceAll('\\', '/').slice(0, -'.tpl'.length);
    // The app may have no console.
    if (place.startsWith('server/console/') && !existsSync(path.join(root, 'server/console'))) continue;
    const text = await readFile(new URL(file.replaceAll('\\', '/'), filesFolder), 'utf8');
    created.set(renamed(place, names).replace('TIME', migration), renamed(text, names));
  }
  const changed = new Map<string, string>();
  const missing: string[] = [];
  for (const { file, at, put, lines } of places) {
    const text = changed.get(file) ?? (await read(root, file));
    const after = withLines(text, { file, at, put, lines: renamed(lines, names) });
    if (after === null) missing.push(`${file} 里没有这样的一行：${at.source}`);
    else changed.set(file, after);
  }
  if (missing.length > 0) {
    throw new StartFailure(
      `不知道往哪里登记新功能，什么也没有写入：\n  ${missing.join('\n  ')}\n请把它放回去（可以与模板的原文件比较），再运行一次。`,
    );
  }
  await refuseTaken(root, names, created);
  changed.set(schemaFile, await formatted(changed.get(schemaFile) ?? '', names));
  return { created, changed };
}

/** @throws StartFailure where a file, a table or an address of that name is there already. */
async function refuseTaken(root: string, names: Names, created: Map<string, string>): Promise<void> {
  const taken = [...created.keys()]
    // An existing folder of that name belongs to another feature.
    .map((file) =>
      path.posix.basename(path.posix.dirname(file)) === names.kebab ? path.posix.dirname(file) : file,
    )
    .filter((file) => existsSync(path.join(root, file)));
  const schema = await read(root, schemaFile);
  const model = new RegExp(`^(?:model|enum) (${names.pascal}) |@@map\\("(${names.snake})"\\)`, 'im').exec(
    schema,
  );
  if (model !== null) taken.push(`${schemaFile} 里的 ${model[1] ?? model[2]}`);
  const user = /^model User \{\n[\s\S]*?\n\}/m.exec(schema)?.[0] ?? '';
  if (new RegExp(`^ +${names.camel} `, 'm').test(user)) taken.push(`${schemaFile} 里 User 的 ${names.camel}`);
  const address = new RegExp(`'/api/(?:admin/)?${names.kebab}['/]`);
  for (const file of await readdir(path.join(root, 'server'), { recursive: true, encoding: 'utf8' })) {
    if (!/routes\.ts$/.test(file)) continue;
    const found = address.exec(await read(root, path.join('server', file)));
    if (found !== null) taken.push(`server/${file.replaceAll('\\', '/')} 里的 ${found[0].slice(1, -1)}`);
  }
  if (taken.length === 0) return;
  throw new StartFailure(
    `“${names.kebab}”已经有了，什么也没有写入：\n  ${[...new Set(taken)].join('\n  ')}\n请换一个英文标识。`,
  );
}

/** A time after the newest migration's: migrations are applied in the order of their times. */
async function migrationTime(root: string, now: Date): Promise<string> {
  const newest = (await readdir(path.join(root, 'prisma/migrations')))
    .map((name) => Number(/^\d{14}(?=_)/.exec(name)?.[0] ?? 0))
    .reduce((one, other) => Math.max(one, other), 0);
  return String(Math.max(Number(now.toISOString().replace(/\D/g, '').slice(0, 14)), newest + 1));
}

/** The schema in Prisma's own form. @throws StartFailure where Prisma refuses the name. */
async function formatted(schema: string, { kebab }: Names): Promise<string> {
  try {
    await prisma.getDMMF({ datamodel: [[schemaFile, schema]] });
  } catch (error) {
    throw new StartFailure(
      `Prisma 不接受表“${kebab}”，什么也没有写入。请换一个英文标识；或者 ${schemaFile} 本来就有错：\n${error instanceof Error ? error.message : error}`,
    );
  }
  const [[, text] = ['', schema]] = await prisma.formatSchema({ schemas: [[schemaFile, schema]] });
  return text;
}

/** Formats the files: where lines break depends on the length of the names. */
function layOut(root: string, files: readonly string[]): void {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const known = files.filter((file) => /\.(?:ts|vue|json)$/.test(file));
  const args = [biome, 'check', '--write', '--vcs-enabled=false', ...known];
  spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' });
}

async function read(root: string, file: string): Promise<string> {
  return (await readFile(path.join(root, file), 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}
