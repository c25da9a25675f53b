/** What Windows, the IDE, and virus scanners do to the files of the package. */
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type BuildResult, buildMini, watchMini } from './build.ts';
import { copyOfSource, edit } from './build-testing.ts';
import { readFolder } from './package-files.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const restore = () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
};

let folder: string;
let outDir: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'mini-build-'));
  outDir = path.join(folder, 'out');
});

afterEach(async () => {
  restore();
  await rm(folder, { recursive: true, force: true });
});

/** Windows refuses to replace a file that another program has open. */
const refuse = (times: number) => {
  const real = fs.promises.rename;
  let refused = 0;
  vi.spyOn(fs.promises, 'rename').mockImplementation(async (from, to) => {
    if (String(to).endsWith('app.json') && refused++ < times) {
      throw Object.assign(new Error('held'), { code: 'EPERM' });
    }
    return real(from, to);
  });
  syncBuiltinESMExports();
};

test('a file that another program holds is written once that program lets go', async () => {
  refuse(3);
  await buildMini({ env: 'development', outDir });
  expect((await readFolder(outDir)).has('app.json')).toBe(true);
});

/** As Windows and macOS do: names that differ in capitals alone are one. */
const confuseCapitals = () => {
  const { rename, rm: remove } = fs.promises;
  const others = async (file: string) =>
    (await fs.promises.readdir(path.dirname(file)).catch(() => []))
      .filter((name) => name.toLowerCase() === path.basename(file).toLowerCase())
      .map((name) => path.join(path.dirname(file), name));
  vi.spyOn(fs.promises, 'rm').mockImplementation(async (file, options) => {
    for (const same of await others(String(file))) await remove(same, options);
  });
  vi.spyOn(fs.promises, 'rename').mockImplementation(async (from, to) => {
    for (const same of await others(String(to))) await remove(same);
    await rename(from, to);
  });
  syncBuiltinESMExports();
};

test('a file whose name changes only in its capitals is there afterwards', async () => {
  const source = await copyOfSource(folder);
  await buildMini({ env: 'development', outDir, source });
  await fs.promises.rename(path.join(source, 'assets', 'lock.png'), path.join(source, 'assets', 'Lock.png'));
  await edit(path.join(source, 'pages', 'no-permission', 'index.axml'), (text) =>
    text.replace('lock.png', 'Lock.png'),
  );
  confuseCapitals();
  await buildMini({ env: 'development', outDir, source });
  const files = [...(await readFolder(outDir)).keys()];
  expect(files.filter((file) => /lock\.png$/i.test(file))).toEqual(['assets/Lock.png']);
});

test('a file that another program keeps open and that must go is named', async () => {
  const source = await copyOfSource(folder);
  await fs.promises.writeFile(path.join(source, 'assets', 'old.png'), '');
  await buildMini({ env: 'development', outDir, source });
  await rm(path.join(source, 'assets', 'old.png'));
  vi.spyOn(fs.promises, 'rm').mockRejectedValueOnce(Object.assign(new Error('held'), { code: 'EBUSY' }));
  syncBuiltinESMExports();
  await expect(buildMini({ env: 'development', outDir, source })).rejects.toThrow(
    /删不了 .*old\.png（EBUSY）：.*开发者工具/,
  );
});

test('a file that another program keeps open is named with what to do, and no draft stays behind', async () => {
  refuse(Number.POSITIVE_INFINITY);
  await expect(buildMini({ env: 'development', outDir })).rejects.toThrow(/app\.json（EPERM）：.*开发者工具/);
  expect([...(await readFolder(outDir)).keys()].filter((file) => file.endsWith('.new'))).toEqual([]);
});

test('where the system cannot watch a folder, people are told and the build goes on', async () => {
  const watcher = new EventEmitter() as fs.FSWatcher;
  watcher.close = () => {};
  // Each folder that is watched listens to this one.
  watcher.setMaxListeners(0);
  vi.spyOn(fs, 'watch').mockReturnValue(watcher);
  syncBuiltinESMExports();
  const reports: (BuildResult | Error)[] = [];
  const watching = await watchMini({ env: 'development', outDir }, (result) => reports.push(result));
  for (let times = 0; times < 2; times += 1) {
    watcher.emit('error', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  }
  expect(reports).toHaveLength(2);
  expect(reports[1]).toMatchObject({
    message: expect.stringMatching(/看不到 mini\/ 里的改动.*ENOSPC.*sysctl/s),
  });
  await watching.close();
});
