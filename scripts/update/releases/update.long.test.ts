import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import { projectRoot } from '../../../server/config/paths.ts';
import { runHere } from '../../../server/testing/run-here.ts';
import { main } from '../command.ts';
import { merge, prepare } from '../merge.ts';
import { writeRelease } from '../release-tree.ts';

/**
 * An app made from 0.1.0 (commit fee7c39) and worked on: a page changed in two places, the events taken out by hand, a
 * slice and a package of its own. `0.1.0-init.patch` is what that version's `npm run init` changed.
 */

let folder: string;
let app: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], {
    cwd: app,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const read = (file: string) => readFile(path.join(app, file), 'utf8');
const write = async (file: string, text: string) => {
  await mkdir(path.dirname(path.join(app, file)), { recursive: true });
  await writeFile(path.join(app, file), text);
};
const edit = async (file: string, from: string, to: string) => {
  const text = await read(file);
  expect(text).toContain(from);
  await write(file, text.replace(from, to));
};
const update = (...args: string[]) => runHere((words) => main(words), args);

const ownPage = '<text>我们的工单</text>\n';

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'update-'));
  app = path.join(folder, '我的应用');
  expect(writeRelease(projectRoot, '0.1.0', app)).toBe(true);
  git('init', '-q');
  git('apply', path.join(import.meta.dirname, '0.1.0-init.patch'));
  await write('.env', 'SECRET_KEY=ours\n');
  await write('scripts/lint.ts', '// The toolbox of 0.1.0.\n');
  await write('scripts/gone.ts', '// Only in 0.1.0.\n');
  await write('README.md', '# 工单助手\n');
  await write('package-lock.json', '{ "name": "work-orders", "packages": {} }\n');
  git('add', '-A');
  git('commit', '-qm', 'made');

  await edit('mini/pages/home/index.axml', '{{greeting}}，正在登录…', '您好，正在登录…');
  await edit('mini/pages/home/index.axml', '暂时没有通知', '没有新的通知');
  await edit('mini/app.json', '"pages/me/index",', '"pages/me/index",\n    "pages/ticket/index",');
  await edit('package.json', '"dependencies": {', '"dependencies": {\n    "dayjs": "1.11.13",');
  await edit('server/app.ts', "import { events } from './events/index.ts';\n", '');
  await rm(path.join(app, 'server', 'events'), { recursive: true });
  await write('mini/pages/ticket/index.axml', ownPage);
  await write('server/ticket/routes.ts', 'export const tickets = 1;\n');
  git('add', '-A');
  git('commit', '-qm', 'ours');
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  git('reset', '-q', '--hard', 'HEAD');
  git('clean', '-fdq');
});

test('a trial run tells what would change, and changes nothing', async () => {
  const { code, output } = await update(app);
  expect(output).toMatch(/会更新：0\.1\.0 → 0\.2\.0（仍然不要：events）/);
  expect(output).toMatch(/有冲突[^：]*（\d+）：\n(?: {2}.*\n)*? {2}mini\/pages\/home\/index\.axml/);
  expect(output).toMatch(
    /新的数据库迁移.*\n {2}prisma\/migrations\/20261130103000_deployment_and_audit_clock/,
  );
  expect(output).toMatch(/新的配置.*\n(?: {2}[A-Z_]+\n)*? {2}DINGTALK_MINI_APP_ID\n/);
  expect(output).toMatch(/0\.2\.0 要做的事：\n.*vitest/s);
  expect(output).toMatch(/什么也没有改/);
  expect(code).toBe(0);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
}, 120_000);

test('an app of 0.1.0 is updated: its page, its slice and what it left out stay, the rest is new', async () => {
  const { code, output } = await update(app, 'apply');
  expect(output).toMatch(/已更新：0\.1\.0 → 0\.2\.0/);
  expect(code).toBe(0);
  const page = await read('mini/pages/home/index.axml');
  expect(page).toContain('您好，正在登录…');
  expect(page).toContain('<!-- part: notices -->');
  // Where both changed a line (the template took it away), both sides stand there, as git shows them.
  expect(page).toMatch(/<<<<<<< HEAD\n.*没有新的通知.*\n=======\n>>>>>>> .*模板 0\.2\.0/);
  expect(git('status', '--porcelain', 'mini/pages/home/index.axml')).toMatch(/^UU/);
  expect(await read('mini/pages/ticket/index.axml')).toBe(ownPage);
  expect(await read('server/ticket/routes.ts')).toContain('tickets');
  expect(JSON.parse(await read('mini/app.json'))).toMatchObject({
    pages: expect.arrayContaining(['pages/ticket/index', 'pages/wait/index']),
    window: { defaultTitle: '工单助手' },
  });
  expect(await read('mini/config/production.ts')).toContain('https://app.dept.gov.cn');
  for (const gone of [
    'server/events',
    'docs/events.md',
    'scripts/gone.ts',
    'scripts/bench',
    'README.en.md',
  ]) {
    expect([gone, existsSync(path.join(app, gone))]).toEqual([gone, false]);
  }
  expect(await read('server/people/routes.ts')).not.toBe('');
  expect(await read('scripts/lint.ts')).toBe(
    await readFile(path.join(projectRoot, 'scripts/lint.ts'), 'utf8'),
  );
  expect(await read('README.md')).toBe('# 工单助手\n');
  expect(await read('.env')).toBe('SECRET_KEY=ours\n');
  const manifest = JSON.parse(await read('package.json'));
  expect(manifest).toMatchObject({
    ...{ name: 'work-orders', version: '0.1.0', template: { version: '0.2.0' } },
    dependencies: { dayjs: '1.11.13', undici: expect.any(String) },
  });
  expect(manifest.scripts).not.toHaveProperty('bench');
  expect(manifest.scripts.test).toContain('vitest');
  // Nothing else is left to a person than the page and the file that the events were taken out of.
  const open = git('diff', '--name-only', '--diff-filter=U').trim().split('\n');
  expect(open).toEqual(['mini/pages/home/index.axml', 'server/app.ts']);
}, 120_000);

test('an update that was stopped half way is undone first, and what lay there is kept', async () => {
  const head = git('rev-parse', 'HEAD').trim();
  merge(app, await prepare(app, projectRoot), false);
  // As a closed window leaves it: the note is there, half of the files are new.
  await writeFile(path.join(app, '.git', 'template-update'), head);
  git('checkout', 'HEAD', '--', 'mini');
  const { code, output } = await update(app);
  expect(output).toMatch(/停在半路，已退回到更新前.*会更新：0\.1\.0/s);
  expect(code).toBe(0);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('show', 'refs/template-update/stopped:package.json')).toContain('"version": "0.2.0"');
}, 120_000);

describe('what cannot be updated is told in a sentence, and nothing is changed', () => {
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, output } = await update(...args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  };

  test('unsaved work, a folder without git, one that is no app, an app that is newer', async () => {
    await edit('README.md', '工单', '大工单');
    await refused(/还有没提交的改动.*README\.md/s, app, 'apply');
    expect(await read('README.md')).toContain('大工单');
    git('checkout', '-q', '--', 'README.md');
    await refused(/没有能读的 package\.json/, folder);
    await refused(/用法/);
    const other = path.join(folder, 'other');
    await mkdir(other);
    const made = (version: string, name = 'zhezhengding-miniapp-template') =>
      writeFile(
        path.join(other, 'package.json'),
        JSON.stringify({ scripts: {}, template: { name, version } }),
      );
    await made('0.1.0');
    await refused(/没有用 git 管理/, other);
    await made('9.0.0');
    await refused(/0\.2\.0，比应用的 9\.0\.0 还旧/, other);
    await made('0.2.0');
    await refused(/已经是 0\.2\.0/, other);
    await made('0.1.0', 'another');
    await refused(/不是由 .* 生成的应用/, other);
    await made('0.0.9');
    execFileSync('git', ['init', '-q'], { cwd: other });
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-qm', 'a', '--allow-empty'],
      { cwd: other },
    );
    await writeFile(path.join(other, '.gitignore'), '*');
    await refused(/没有 0\.0\.9 的底稿/, other);
    expect(await readdir(other)).toEqual(['.git', '.gitignore', 'package.json']);
  }, 60_000);

  /** The command of an app that has one already. */
  const own = (archive: string) => runHere((words) => main(words, app), [archive]);

  test('an archive that is cut short, or is something else', async () => {
    const whole = path.join(folder, 'whole.tar.gz');
    await create({ file: whole, gzip: true, cwd: projectRoot }, ['package.json', 'docs']);
    const half = path.join(folder, 'half.tar.gz');
    const bytes = await readFile(whole);
    await writeFile(half, bytes.subarray(0, bytes.length / 2));
    await writeFile(path.join(folder, 'half.zip'), 'PK');
    for (const [file, message] of [
      [half, /解不开/],
      [path.join(folder, 'half.zip'), /解不开/],
      [whole, /不是模板/],
    ] as const) {
      const { code, output } = await own(file);
      expect(output).toMatch(message);
      expect(code).toBe(1);
    }
    expect(git('status', '--porcelain')).toBe('');
  });

  test('an app hands a whole archive over to the code that is in it', async () => {
    const archive = path.join(folder, 'new.tar.gz');
    const files = [
      'package.json',
      'package-lock.json',
      '.gitignore',
      '.env.example',
      'scripts',
      'server',
      'mini',
      'prisma',
      'docs',
    ];
    const filter = (file: string) => !/node_modules|generated/.test(file);
    await create({ file: archive, gzip: true, cwd: projectRoot, prefix: 'template-0.2.0', filter }, files);
    // The app's own packages put what is left of a file into the linter's form.
    await mkdir(path.join(app, 'node_modules'));
    const linter = path.join('node_modules', '@biomejs');
    await symlink(path.join(projectRoot, linter), path.join(app, linter), 'junction');
    const { code, output } = await own(archive);
    expect(output).toMatch(/会更新：0\.1\.0 → 0\.2\.0.*什么也没有改/s);
    expect(code).toBe(0);
  }, 120_000);
});

test('an app of every version but the newest can be updated', async () => {
  const told = await readFile(path.join(projectRoot, 'scripts', 'docs', 'update.md'), 'utf8');
  const versions = [...told.matchAll(/^## (\d+\.\d+\.\d+)/gm)].map(([, version]) => version);
  const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8'));
  expect(versions[0]).toBe(version);
  const kept = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.br'));
  expect(kept.sort()).toEqual([...versions.slice(1), '0.1.0'].map((one) => `${one}.json.br`).sort());
});
