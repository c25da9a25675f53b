import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyProject, type ProjectCopy } from '../../server/testing/project-copy.ts';
import { runHere } from '../../server/testing/run-here.ts';
import { emulatedApps, startEmulator } from '../emulator/index.ts';
import { readArguments } from './arguments.ts';
import { main } from './command.ts';
import { refuseOldVersion } from './version-file.ts';

/** The tool as people run it, on a copy of the project that it may change. */

let copy: ProjectCopy;
let root: string;
const at = (...names: string[]) => path.join(root, ...names);
const read = (...names: string[]) => readFile(at(...names), 'utf8');
const good =
  "export const config = { serverUrl: 'https://app.hangzhou-dept.cn', corpId: 'dingabc', container: 'auto' };\n";
const configure = (text: string) => writeFile(at('mini', 'config', 'production.ts'), text);

beforeAll(async () => {
  copy = await copyProject();
  root = copy.root;
}, 60_000);
afterAll(() => copy.remove());

beforeEach(async () => {
  await configure(good);
  await writeFile(at('mini', 'version.ts'), "/** About it. */\nexport const version = '0.1.0';\n");
  for (const made of ['CHANGELOG.md', 'release', 'listing.yaml'])
    await rm(at(made), { recursive: true, force: true });
});

let env: Record<string, string> = {};
const run = (...args: string[]) =>
  runHere((words) => main(words, root, { pollMs: 1, timeoutMs: 5000 }), args, { cwd: root, env });

test('two releases: package, version, change log and steps of each', async () => {
  const first = await run('1.2.0', '列表加了搜索', '修复 <绑定> 的提示');
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('小程序 1.2.0 已构建') });
  expect(await read('mini', 'version.ts')).toBe("/** About it. */\nexport const version = '1.2.0';\n");
  expect(await read('release', 'mini', 'dist', 'mini', 'version.js')).toContain('1.2.0');
  expect(await read('release', 'mini', 'dist', 'mini', 'config', 'current.js')).toContain(
    'https://app.hangzhou-dept.cn',
  );
  expect(JSON.parse(await read('release', 'mini', 'mini.project.json'))).toMatchObject({
    miniprogramRoot: 'dist/mini',
  });
  // What `npm run dev` writes is left alone.
  expect(existsSync(at('dist', 'mini'))).toBe(false);
  const page = await read('release', '小程序-1.2.0-发布步骤.html');
  expect(page).toContain('修复 &lt;绑定&gt; 的提示');
  expect(page).toMatch(/3\.9\.22.*release.mini.*版本号填 1\.2\.0/s);
  expect(page).toContain('MINI_MINIMUM_VERSION 设为 1.2.0');
  expect(page).toContain('无，这是第一版');

  const second = await run('--version', '1.10.0', '--note', '第二版');
  expect(second.code).toBe(0);
  const changes = await read('CHANGELOG.md');
  expect(changes.match(/^## .*$/gm)).toEqual([
    expect.stringMatching(/^## 小程序 1\.10\.0（\d{4}-\d\d-\d\d）$/),
    expect.stringMatching(/^## 小程序 1\.2\.0（/),
  ]);
  expect(changes).toContain('- 列表加了搜索\n- 修复 <绑定> 的提示\n');
  expect(await read('release', '小程序-1.10.0-发布步骤.html')).toContain('退回 1.2.0');

  const again = await run('1.9.0', '更旧的');
  expect(again).toMatchObject({
    code: 1,
    output: expect.stringContaining('1.9.0 不比已经发布过的 1.10.0 新。请用更大的版本号，例如 1.10.1'),
  });
  expect(await read('CHANGELOG.md')).toBe(changes);
}, 120_000);

describe('with the platform', () => {
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  beforeAll(async () => {
    emulator = await startEmulator();
    env = {
      DINGTALK_MINI_APP_ID: '5000000001',
      DINGTALK_APP_KEY: emulatedApps.dingtalk.appKey,
      DINGTALK_APP_SECRET: emulatedApps.dingtalk.appSecret,
      DINGTALK_OAPI_URL: emulator.url,
      DINGTALK_MINI_STORE_URL: `${emulator.url}/dingtalk-miniapp-private`,
    };
  });
  afterAll(async () => {
    env = {};
    await emulator.close();
  });

  test('a version is uploaded and previewed; a failed build in the cloud leaves no version behind', async () => {
    emulator.control.miniBuilds({ failWith: 'pages/home/index.axml: no' });
    const failed = await run('1.2.0', '改动', 'upload');
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining('pages/home/index.axml: no') });
    expect(await read('mini', 'version.ts')).toContain("'0.1.0'");
    expect(existsSync(at('CHANGELOG.md'))).toBe(false);

    emulator.control.miniBuilds({ failWith: null });
    const { code, output } = await run('1.2.0', '改动', 'upload', 'preview');
    expect(output).toMatch(/云端构建中…….*▀.*已上传.*体验码\.png.*已构建.*▀.*预览正式环境/s);
    expect(code).toBe(0);
    for (const picture of ['小程序-1.2.0-体验码.png', '预览码.png']) {
      expect((await readFile(at('release', picture))).subarray(1, 4).toString()).toBe('PNG');
    }
    expect(await read('release', '小程序-1.2.0-发布步骤.html')).toMatch(/已由命令上传.*1\.2\.0-体验码\.png/s);

    // The platform has it already.
    const again = await run('upload');
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('平台没有收下 1.2.0') });
  }, 120_000);

  test('浙政钉 keeps its own way: no upload, and steps without words of DingTalk', async () => {
    await configure(good.replace("'auto'", "'zhezhengding'"));
    const app = 'app:\n  platform: zhezhengding\n  forms: [miniprogram]\n';
    await writeFile(at('listing.yaml'), `${app}domain:\n  name: app.hangzhou-dept.cn\n`);
    const refused = await run('1.2.0', '改动', 'upload');
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('浙政钉没有公开的上传接口') });
    expect((await run('1.2.0', '改动')).code).toBe(0);
    const steps = await read('release', '小程序-1.2.0-发布步骤.html');
    expect(steps).toContain('报备这次更新');
    expect(steps).not.toMatch(/corpId|可信域名|3\.9\.22|release:mini upload/);
  }, 120_000);
});

describe('what goes wrong leaves everything as it was', () => {
  test.each<[string, () => Promise<void>, RegExp]>([
    [
      'a configuration that is not filled in',
      () =>
        configure(
          "export const config = { serverUrl: 'https://replace-me.example.com', corpId: 'replace-me', container: 'auto' };\n",
        ),
      /没有发布：mini\/config\/production\.ts 还不能用来构建：serverUrl 还是占位地址/,
    ],
    [
      'a server that is not the listed domain',
      () =>
        writeFile(
          at('listing.yaml'),
          'app:\n  forms: [miniprogram]\ndomain:\n  name: other.hangzhou-dept.cn\n',
        ),
      /体检里小程序的规则没有通过.*mini-server-address/s,
    ],
  ])('%s', async (_what, spoil, message) => {
    await spoil();
    const { code, output } = await run('1.2.0', '改动');
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
    expect(await read('mini', 'version.ts')).toContain("'0.1.0'");
    expect(existsSync(at('CHANGELOG.md'))).toBe(false);
    expect(existsSync(at('release', '小程序-1.2.0-发布步骤.html'))).toBe(false);
  });

  test('sources that the check refuses', async () => {
    const file = at('mini', 'pages', 'home', 'index.axml');
    const before = await readFile(file, 'utf8');
    await writeFile(file, `${before}<viewww />\n`);
    const { code, output } = await run('1.2.0', '改动');
    await writeFile(file, before);
    expect(output).toMatch(/小程序检查没有通过，没有发布：.*pages\/home\/index\.axml/s);
    expect(code).toBe(1);
    expect(await read('mini', 'version.ts')).toContain("'0.1.0'");
  });

  test('a failure after the build', async () => {
    const project = at('mini.project.json');
    const before = await readFile(project, 'utf8');
    await rm(project);
    const { code } = await run('1.2.0', '改动');
    await writeFile(project, before);
    expect(code).toBe(1);
    expect(existsSync(at('release', 'mini', 'dist', 'mini', 'version.js'))).toBe(true);
    expect(await read('mini', 'version.ts')).toBe("/** About it. */\nexport const version = '0.1.0';\n");
    expect(existsSync(at('CHANGELOG.md'))).toBe(false);
  });

  test('no change note, and no terminal to ask on', async () => {
    const { code, output } = await run('1.2.0');
    expect(output).toMatch(/没有写这一版改了什么。.*--note/s);
    expect(code).toBe(1);
  });
});

test('a version that is not newer than the last release is refused, the released one itself too', () => {
  expect(() => refuseOldVersion('1.10.0', '1.10.0', '1.10.0')).toThrow(/不比已经发布过的 1\.10\.0 新/);
  expect(() => refuseOldVersion('1.10.1', '1.10.1', '1.10.0')).not.toThrow();
});

describe('the command line', () => {
  test('takes words as well as options', () => {
    const wanted = { version: '1.2.0', notes: ['甲', '乙'], upload: false, preview: null };
    expect(readArguments(['1.2.0', '甲', ' 乙 '])).toEqual(wanted);
    expect(readArguments(['--version', '1.2.0', '--note', '甲', '--note', '乙'])).toEqual(wanted);
    for (const option of ['upload', '--upload']) {
      expect(readArguments(['1.2.0', '甲', '乙', option])).toEqual({ ...wanted, upload: true });
    }
    const alone = { version: null, notes: [], upload: false };
    expect(readArguments(['preview'])).toEqual({ ...alone, preview: 'test' });
    expect(readArguments(['--preview', 'production'])).toEqual({ ...alone, preview: 'production' });
  });

  test('takes the options that npm keeps for itself where no -- stands before them', () => {
    const wanted = { version: '1.2.0', notes: ['甲'], upload: true, preview: 'production' };
    const kept = { npm_config_upload: 'true', npm_config_preview: 'true' };
    expect(readArguments(['1.2.0', '甲'], kept)).toEqual(wanted);
    expect(readArguments(['甲'], { ...kept, npm_config_upload: '1.2.0' })).toEqual(wanted);
  });

  test.each([
    [[]],
    [['1.2']],
    [['v1.2.0']],
    [['--version', 'next']],
    [['--force', '1.2.0']],
    [['next', 'upload']],
  ])('refuses %j', (args) => {
    expect(() => readArguments(args)).toThrow(/用法/);
  });
});
