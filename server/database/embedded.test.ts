import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { embeddedImage } from '../testing/embedded-image.ts';
import { type Database, openDatabase } from './database.ts';
import { lockFolder } from './embedded.ts';
import { applyMigrations } from './migrations.ts';

let folder: string;
let dataDir: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'embedded-'));
  // With a blank and characters beyond ASCII, as a Windows user's folder may be.
  dataDir = path.join(folder, '我的 数据', 'database');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (more: { image?: Blob } = {}): Promise<Database> =>
  openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 10_000, ...more });

test('data survive closing and opening', async () => {
  const lock = `${dataDir}.lock`;
  const first = await open({ image: await embeddedImage('empty') });
  expect(await readFile(lock, 'utf8')).toBe(String(process.pid));
  await first.prisma.user.create({ data: { username: 'kept', name: '留存' } });
  await first.close();
  await expect(readFile(lock)).rejects.toMatchObject({ code: 'ENOENT' });
  const second = await open();
  expect(await applyMigrations(second)).toEqual([]);
  expect(await second.prisma.user.findMany()).toMatchObject([{ username: 'kept', name: '留存' }]);
  await second.close();
});

test('a second process is told which process has it open, and changes nothing', async () => {
  await mkdir(path.dirname(dataDir), { recursive: true });
  const lock = `${dataDir}.lock`;
  // The parent of this process is certainly alive.
  await writeFile(lock, String(process.ppid));
  await expect(open()).rejects.toMatchObject({
    name: 'EmbeddedDatabaseInUse',
    message: expect.stringMatching(new RegExp(`正被进程 ${process.ppid} 使用.*DATABASE_URL`)),
  });
  expect(await readFile(lock, 'utf8')).toBe(String(process.ppid));
});

test.each([
  ['of a process that was killed', '999999999'],
  ['of a former process with this one’s number', String(process.pid)],
  ['that was never finished', ''],
  ['that is damaged', 'x'],
])('a lock %s is taken over, and released at the end', async (_, content) => {
  await mkdir(path.dirname(dataDir), { recursive: true });
  await writeFile(`${dataDir}.lock`, content);
  const release = await lockFolder(dataDir);
  expect(await readFile(`${dataDir}.lock`, 'utf8')).toBe(String(process.pid));
  await release();
  await expect(readFile(`${dataDir}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
});
