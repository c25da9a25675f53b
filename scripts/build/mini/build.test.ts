import fs from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'acorn';
import { projectRoot } from '../../../server/config/paths.ts';
import { until } from '../../../server/testing/client.ts';
import { CompileError } from '../../simulator/compiler/problem.ts';
import { type BuildResult, buildMini, describeBuild, watchMini } from './build.ts';
import { copyOfSource, edit } from './build-testing.ts';
import { compileMini } from './compile.ts';
import { readFolder } from './package-files.ts';
import { miniSource } from './paths.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
let outDir: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'mini-build-'));
  outDir = path.join(folder, 'out');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('the package is whole, needs nothing from outside and is small', async () => {
    const result = await buildMini({ env: 'development', outDir });
    const files = await readFolder(outDir);
    expect(files.size).toBe(result.files);
    expect(result.size).toBeLessThan(400_000);
    expect(describeBuild(result)).toMatch(/个文件，\d+ 字节（上限 2097152 字节/);
    const app = JSON.parse(files.get('app.json')?.toString() ?? '') as { pages: string[] };
    for (const page of app.pages) {
      for (const extension of ['js', 'json', 'axml', 'acss'])
        expect(files.has(`${page}.${extension}`)).toBe(true);
    }
    expect([...files.keys()].filter((file) => /\.ts$|node_modules|\.new$/.test(file))).toEqual([]);
  });

  test('the package is ES2017 or lower, whatever syntax the source uses', async () => {
    const { files } = await compileMini({ source: miniSource, env: 'development' });
    for (const [file, content] of files) {
      if (file.endsWith('.js'))
        expect(() => parse(content.toString(), { ecmaVersion: 2017, sourceType: 'script' })).not.toThrow();
    }
    expect(files.get('services/dd.js')?.toString()).not.toContain('??');
  });

  test('the package holds each service once, and all pages share it', async () => {
    const { files } = await compileMini({ source: miniSource, env: 'development' });
    const holders = [...files]
      .filter(([, content]) => content.includes('let pending = null'))
      .map(([file]) => file);
    expect(holders).toEqual(['services/session.js']);
  });

  test('the package holds the dingui-mini components that are used, and no others', async () => {
    const { files } = await compileMini({ source: miniSource, env: 'development' });
    const vendor = new Set(
      [...files.keys()].flatMap((file) => /^vendor\/dingui-mini\/es\/([\w-]+)\//.exec(file)?.[1] ?? []),
    );
    expect([...vendor].sort()).toEqual([
      'badge',
      'button',
      'checkbox',
      'empty',
      'icon',
      'input',
      'list',
      'list-item',
      'tag',
    ]);
    expect(files.has('vendor/dingui-mini/es/icon/src/dmiconfont.js')).toBe(true);
    expect(JSON.parse(files.get('pages/bind/index.json')?.toString() ?? '')).toMatchObject({
      usingComponents: { 'dingui-input': '/vendor/dingui-mini/es/input/src/index' },
    });
  });

  test('the package is where mini.project.json looks for it', async () => {
    const project = JSON.parse(await readFile(path.join(projectRoot, 'mini.project.json'), 'utf8')) as object;
    expect(project).toMatchObject({ miniprogramRoot: 'dist/mini', component2: true });
  });
});

describe('environments', () => {
  test('the package holds one environment’s settings, and none of the others', async () => {
    const { files } = await compileMini({
      source: miniSource,

      env: 'test',
      config: { serverUrl: 'https://app.dept.gov.cn' },
    });
    expect([...files.keys()].filter((file) => file.startsWith('config/'))).toEqual(['config/current.js']);
    expect(files.get('config/current.js')?.toString()).toContain('"serverUrl": "https://app.dept.gov.cn"');
    expect([...files.values()].some((content) => content.includes('replace-me'))).toBe(false);
  });

  const filled = {
    serverUrl: 'https://app.dept.gov.cn',
    corpId: 'ding0123456789',
    container: 'auto',
  } as const;
  test.each([
    [{ serverUrl: 'https://replace-me.example.com' }, 'serverUrl 还是占位地址'],
    [{ serverUrl: 'http://app.dept.gov.cn' }, '不是 https'],
    [{ serverUrl: 'https://127.0.0.1:3000' }, '本机或内网地址'],
    [{ serverUrl: 'https://192.168.1.9' }, '本机或内网地址'],
    [{ serverUrl: 'https://app.dept.gov.cn/' }, '末尾不要带 /'],
    [{ serverUrl: 'app.dept.gov.cn' }, '不是网址'],
    [{ corpId: '' }, 'corpId 还没有填写'],
    [{ corpId: 'replace-me' }, 'corpId 还没有填写'],
    [{ corpId: 'dingemulator0001' }, '平台仿真'],
  ])('production refuses %j', async (change, message) => {
    const build = buildMini({ env: 'production', outDir, config: { ...filled, ...change } });
    await expect(build).rejects.toThrow(message);
    await expect(readFolder(outDir)).rejects.toThrow('ENOENT');
  });

  test('production takes filled-in settings; 浙政钉 needs no corpId', async () => {
    await buildMini({ env: 'production', outDir, config: filled });
    await buildMini({
      env: 'production',
      outDir,
      config: { ...filled, corpId: '', container: 'zhezhengding' },
    });
  });

  // Filled in by `npm run init`, which makes listing.yaml too.
  const testOfTemplate = fs.existsSync(path.join(projectRoot, 'listing.yaml')) ? test.skip : test;
  testOfTemplate('the committed production file cannot be built by accident', async () => {
    await expect(buildMini({ env: 'production', outDir })).rejects.toThrow(
      'mini/config/production.ts 还不能用来构建',
    );
  });
});

describe('the output folder', () => {
  test.each([projectRoot, path.dirname(projectRoot), miniSource, path.join(miniSource, 'out')])(
    'is never %s',
    async (outDir) => {
      await expect(buildMini({ env: 'development', outDir })).rejects.toThrow('不能作为输出文件夹');
    },
  );

  test('an output folder that holds other files is left alone', async () => {
    await writeFile(path.join(folder, 'letter.txt'), 'mine');
    await expect(buildMini({ env: 'development', outDir: folder })).rejects.toThrow('里有别的文件');
    expect(await readFile(path.join(folder, 'letter.txt'), 'utf8')).toBe('mine');
  });
});

describe('building again', () => {
  test('building again writes changed files, removes deleted ones and leaves the rest', async () => {
    const source = await copyOfSource(folder);
    await buildMini({ env: 'development', outDir, source });
    expect((await buildMini({ env: 'development', outDir, source })).changed).toEqual([]);
    await edit(path.join(source, 'app.acss'), (text) => `${text}.new { color: #000000; }\n`);
    await rm(path.join(source, 'assets', 'lock.png'));
    await edit(path.join(source, 'pages', 'no-permission', 'index.axml'), (text) =>
      text.replace('lock.png', 'empty.png'),
    );
    const { changed } = await buildMini({ env: 'development', outDir, source });
    expect(changed.sort()).toEqual(['app.acss', 'assets/lock.png', 'pages/no-permission/index.axml']);
  });

  test('a deleted page leaves no empty folder in the package', async () => {
    const source = await copyOfSource(folder);
    await cp(path.join(source, 'pages', 'sessions'), path.join(source, 'pages', 'gone'), { recursive: true });
    const pages = (text: string) =>
      text.replace('"pages/me/index",', '"pages/me/index", "pages/gone/index",');
    await edit(path.join(source, 'app.json'), pages);
    await buildMini({ env: 'development', outDir, source });
    expect(fs.existsSync(path.join(outDir, 'pages', 'gone'))).toBe(true);
    await rm(path.join(source, 'pages', 'gone'), { recursive: true });
    await edit(path.join(source, 'app.json'), (text) => text.replace(' "pages/gone/index",', ''));
    await buildMini({ env: 'development', outDir, source });
    expect(fs.existsSync(path.join(outDir, 'pages', 'gone'))).toBe(false);
  });

  test('a failed check leaves the last good package', async () => {
    const source = await copyOfSource(folder);
    await buildMini({ env: 'development', outDir, source });
    const before = await readFolder(outDir);
    await edit(path.join(source, 'pages', 'me', 'index.axml'), (text) =>
      text.replace('onDmTap="signOut"', 'onDmTap="gone"'),
    );
    const build = buildMini({ env: 'development', outDir, source });
    await expect(build).rejects.toThrow(CompileError);
    await expect(build).rejects.toThrow(/mini\/pages\/me\/index\.axml:\d+:\d+ onDmTap="gone" /);
    expect(await readFolder(outDir)).toEqual(before);
  });

  test('pictures with names in capitals are in the package', async () => {
    const source = await copyOfSource(folder);
    await cp(path.join(source, 'assets', 'lock.png'), path.join(source, 'assets', 'DSC1.PNG'));
    const { files } = await compileMini({ source, env: 'development' });
    expect(files.has('assets/DSC1.PNG')).toBe(true);
  });

  test('a component that is not installed is named', async () => {
    const source = await copyOfSource(folder);
    await edit(path.join(source, 'pages', 'me', 'index.json'), (text) =>
      text.replace('es/list/', 'es/lists/'),
    );
    await expect(buildMini({ env: 'development', outDir, source })).rejects.toThrow(
      /mini\/pages\/me\/index\.json:\d+:\d+ 找不到组件 dingui-mini\/es\/lists\/src\/index/,
    );
  });

  test('watching builds after each change, and goes on after a change that does not compile', async () => {
    const source = await copyOfSource(folder);
    const reports: (BuildResult | Error)[] = [];
    const watcher = await watchMini({ env: 'development', outDir, source }, (result) => reports.push(result));
    // One change may be built in two steps: the last report counts.
    const last = (holds: (result: BuildResult | Error | undefined) => boolean, what: string) =>
      until(() => holds(reports.at(-1)), 20_000, what);
    const works = (result: BuildResult | Error | undefined) =>
      result !== undefined && !(result instanceof Error);
    expect(reports).toEqual([expect.objectContaining({ outDir })]);
    const file = path.join(source, 'services', 'format.ts');
    await edit(file, (text) => `${text}\nconst = ;\n`);
    await last((result) => result instanceof Error, 'the broken file is reported');
    await edit(file, (text) => text.replace('\nconst = ;\n', '\nexport const mended = 1;\n'));
    await last(works, 'the mended file is built');
    expect((await readFolder(outDir)).get('services/format.js')?.toString()).toContain('mended');
    await watcher.close();
  });
});
