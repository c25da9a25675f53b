import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs, { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { strFromU8, unzipSync } from 'fflate';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { asLocked } from '../../report/generated.ts';
import { exception, prepareMaterials, whole } from '../testing/materials.ts';
import { materialsFolder } from './run.ts';

/** The folder when it is written again, the archive, and the pages that an office program makes of it. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareMaterials();
const { checkUp, write, written, read, words } = subject;

describe('the materials written again', () => {
  test('replace the files of the last run and remove those that are no longer made', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    await write(checkUp({ 'database-not-public': 'fail' }));
    subject.listing.app.name = '新工单';
    const again = await write(checkUp({ 'database-not-public': 'pass' }));
    expect(again.edited).toEqual([]);
    expect(await written()).toEqual(whole);
    expect(await words('1-上架申请信息.docx')).toContain('新工单');
  });

  test('leave files alone that somebody edited or put there', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    await write(checkUp({ 'database-not-public': 'fail' }));
    const folder = path.join(subject.out, materialsFolder);
    const statement = '7-情况说明/问题情况说明-数据库部署在互联网不能直接访问的网络.docx';
    await writeFile(path.join(folder, '1-上架申请信息.docx'), 'edited');
    await writeFile(path.join(folder, statement), 'stamped');
    await writeFile(path.join(folder, '补充.txt'), 'mine');
    for (let run = 0; run < 2; run += 1) {
      const again = await write();
      expect(again.edited.map((file) => [file.path, file.newPath])).toEqual([
        ['1-上架申请信息.docx', '1-上架申请信息（新生成）.docx'],
      ]);
      expect((await read('1-上架申请信息.docx')).toString()).toBe('edited');
      expect((await read(statement)).toString()).toBe('stamped');
      expect((await read('补充.txt')).toString()).toBe('mine');
      expect(await words('1-上架申请信息（新生成）.docx')).toContain('工单助手');
    }
    // The edited one goes into the archive.
    const archived = unzipSync(await readFile(path.join(subject.out, `${materialsFolder}.zip`)));
    expect(strFromU8(archived[`${materialsFolder}/1-上架申请信息.docx`] ?? new Uint8Array())).toBe('edited');
    expect(Object.keys(archived).some((name) => name.includes('新生成'))).toBe(false);
  });
});

describe('a file that another program has open', () => {
  /** Refuses a change as Windows does, until the mock is restored. */
  const refuse = (file: unknown, name: string) => {
    if (String(file).endsWith(name)) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
  };
  const restore = () => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  };
  afterEach(restore);

  test('stops the run, and the next run still knows its own files', async () => {
    await write();
    const real = fs.writeFile;
    vi.spyOn(fs, 'writeFile').mockImplementation(async (...args) => {
      refuse(args[0], '2-压测报告.docx');
      return real(...args);
    });
    syncBuiltinESMExports();
    subject.listing.app.name = '新工单';
    await expect(write()).rejects.toThrow(/写不了 .*2-压测报告\.docx.*请关闭后重新运行/);
    restore();
    subject.listing.app.name = '更新的工单';
    expect((await write()).edited).toEqual([]);
    expect(await written()).toEqual(whole);
    expect(await words('1-上架申请信息.docx')).toContain('更新的工单');
  });

  test('is named where it should be removed, and the next run removes it', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    await write(checkUp({ 'database-not-public': 'fail' }));
    const real = fs.rm;
    vi.spyOn(fs, 'rm').mockImplementation(async (...args) => {
      refuse(args[0], '不能直接访问的网络.docx');
      return real(...args);
    });
    syncBuiltinESMExports();
    await expect(write()).rejects.toThrow(/删不了 .*不能直接访问的网络\.docx.*请关闭后重新运行/);
    restore();
    expect((await write()).edited).toEqual([]);
    expect(await written()).toEqual(whole);
  });
});

test('only the errors of a locked file become a sentence with its name', () => {
  for (const code of ['EBUSY', 'EPERM', 'EACCES']) {
    const told = asLocked(Object.assign(new Error('refused'), { code }), '1-上架申请信息.docx');
    expect(told).toBeInstanceOf(StartFailure);
    expect(String(told)).toContain('写不了 1-上架申请信息.docx');
  }
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  expect(asLocked(full, 'x')).toBe(full);
});

describe('the archive', () => {
  test('the archive holds the folder’s files, with names that Windows reads as UTF-8', async () => {
    await write();
    const archive = await readFile(path.join(subject.out, `${materialsFolder}.zip`));
    const files = unzipSync(archive);
    expect(Object.keys(files).sort()).toEqual(whole.map((name) => `${materialsFolder}/${name}`));
    expect(Buffer.from(files[`${materialsFolder}/0-目录.html`] ?? []).equals(await read('0-目录.html'))).toBe(
      true,
    );
    // Bit 11 of the flags, in the central directory (at 8) and in the local header (at 6).
    const end = archive.length - 22;
    const entries = archive.readUInt16LE(end + 10);
    expect(entries).toBe(whole.length);
    for (let at = archive.readUInt32LE(end + 16), entry = 0; entry < entries; entry += 1) {
      expect(archive.readUInt32LE(at)).toBe(0x02014b50);
      const local = archive.readUInt32LE(at + 42);
      const flags = [archive.readUInt16LE(at + 8), archive.readUInt16LE(local + 6)];
      expect(flags.map((bits) => bits & 0x0800)).toEqual([0x0800, 0x0800]);
      at +=
        46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    }
  });

  test('the archive can be opened by unzip', async () => {
    await write();
    // Where it is installed, it reads the format a second time.
    const unzip = ['/usr/bin/unzip'].find((program) => existsSync(program));
    if (unzip === undefined) return console.warn('skipped: unzip is not installed');
    const listed = execFileSync(unzip, ['-tq', path.join(subject.out, `${materialsFolder}.zip`)], {
      encoding: 'utf8',
    });
    expect(listed).toContain('No errors detected');
  });
});

describe('on paper', () => {
  const office = ['/usr/bin/soffice', '/usr/bin/libreoffice'].find((program) => existsSync(program));
  const run = office === undefined ? test.skip : test;
  if (office === undefined) {
    console.warn('skipped: LibreOffice is not installed, so no DOCX was turned into pages');
  }

  run('LibreOffice makes A4 pages of every DOCX', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    await write(checkUp({ 'database-not-public': 'fail' }));
    const pages = await mkdtemp(path.join(os.tmpdir(), 'pages-'));
    try {
      const documents = (await written()).filter((name) => name.endsWith('.docx'));
      expect(documents).toHaveLength(6);
      await promisify(execFile)(office ?? '', [
        // A profile of its own: another LibreOffice may be running.
        `-env:UserInstallation=file://${pages}/profile`,
        '--headless',
        '--convert-to',
        'pdf',
        '--outdir',
        pages,
        ...documents.map((name) => path.join(subject.out, materialsFolder, ...name.split('/'))),
      ]);
      for (const name of documents) {
        const pdf = path.join(pages, `${path.basename(name, '.docx')}.pdf`);
        expect((await stat(pdf)).size).toBeGreaterThan(5_000);
        expect(await readFile(pdf, 'latin1')).toMatch(/\/MediaBox\s*\[\s*0 0 59[45][\d.]* 84[12]/);
      }
    } finally {
      await rm(pages, { recursive: true, force: true });
    }
  });
});
