import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addFeature } from '../add/add.ts';
import { readNames } from '../add/names.ts';
import { complete, readArguments } from './answers.ts';
import { withImplied } from './leave-out.ts';
import { currentAnswers, makeOwn } from './own.ts';
import { type PartName, partNames } from './parts.ts';

/** In an app without a part, types and linter pass, and the build holds nothing of the part. */

const { template } = JSON.parse(await readFile('package.json', 'utf8')) as { template?: object };
const words = [
  'name=工单助手',
  'package=work-orders',
  'owner=浙江省某某厅',
  'platform=dingtalk',
  'corp-id=ding0production',
  'domain=app.dept.gov.cn',
];

/** Copies the project without built and installed files. */
const skipped = /[\\/](node_modules|dist|\.data|\.git|test-results|coverage)$/;

/** Words that show a part in the result of `npm run build`. */
const traces: Readonly<Record<PartName, RegExp>> = {
  console: /consoleRoutes|readConsole/,
  h5: /["'`]\/h5|移动端首页/,
  messages: /outbox(?!Message)|certificateAlerts|"notify"|\bnotify:|正在通知|会收到一条/,
  events: /platformEvents|\/api\/events|people:reconcile|events:register|人员变动事件|最早的一条已等了/,
  notices: /\/api\/(?:admin\/)?notices|pages\/notice|notice-row|公告(?!，或)|通知列表|最新通知/,
};

/** All apps use one folder, so that the compilers check only the differences from the app before. */
let folder = '';
let root = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parts-'));
  root = path.join(folder, 'app');
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

async function copyProject(): Promise<void> {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
  // A lock file that is newer than the packages would have them installed anew.
  await cp('.', root, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => !skipped.test(`/${source}`),
  });
  await symlink(path.resolve('node_modules'), path.join(root, 'node_modules'), 'junction');
}

/** @returns the output of a command that fails; empty where it passes. */
function failure(...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, SKIP_ENV_FILE: '1' } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said += data;
      });
    }
    child.on('exit', (code) => resolve(code === 0 ? '' : said.slice(-4000) || `exit ${code}`));
  });
}

const tool = (name: string, ...args: string[]) => failure(path.join('node_modules', name), ...args);

const sources = ['mini', 'prisma', 'scripts', 'server'];

/** The linter's programs in two groups, since most of them compile the server again. */
const programs = {
  'tsconfig.node.json': {
    extends: './scripts/tsconfig.json',
    include: ['server', 'prisma', 'scripts', 'mini/**/*.test.ts', 'mini/testing', 'vitest.config.ts'],
    exclude: [
      'server/database/generated',
      'server/console/app',
      'scripts/simulator/web',
      'scripts/simulator/e2e',
      'scripts/simulator/fixtures',
    ],
  },
  'tsconfig.vue.json': { extends: './server/console/tsconfig.json', include: ['server/console/app'] },
};

async function types(compiler: string, project: keyof typeof programs): Promise<string> {
  await writeFile(path.join(root, project), JSON.stringify(programs[project]));
  const known = path.join(folder, `${project}.known`);
  return tool(compiler, '-p', project, '--incremental', '--tsBuildInfoFile', known);
}

/** The tests of these tools bring their own projects and do not depend on the app. */
const withApps = ['report', 'simulator'];
const tests = [
  ...['mini/', 'server/', 'scripts/simulator/production'],
  ...(await readdir('scripts')).filter((tool) => !withApps.includes(tool)).map((tool) => `scripts/${tool}`),
];

/** The parts whose words are in a built file. The database's tables and their code stay. */
async function partsInBuild(): Promise<PartName[]> {
  const found = new Set<PartName>();
  const dist = path.join(root, 'dist');
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || /generated|migrations|\.(?:map|gz|png)$/.test(file)) continue;
    const text = `${path.relative(dist, file)}\n${await readFile(file, 'utf8')}`;
    for (const name of partNames) if (traces[name].test(text)) found.add(name);
  }
  return partNames.filter((name) => found.has(name));
}

/** H5 pages import nothing of events, so one app without both tests as much as two apps. */
const pair: readonly PartName[] = ['h5', 'events'];
const apart = partNames.filter((name) => !pair.includes(name)).map((name) => [name]);

test.skipIf(template !== undefined).each([[...partNames], ...apart, pair].map((without) => [without]))(
  'an app without %j is whole',
  async (without) => {
    await copyProject();
    const given = readArguments([...words, `without=${without.join(',')}`]).answers;
    await makeOwn(root, await complete(given, await currentAnswers(root), null), []);
    // What `npm run add` writes into it is as whole; the new table needs a new client, and no package.
    await addFeature(root, readNames(['意见反馈', 'feedback']));
    await utimes(path.join(root, 'package-lock.json'), 0, 0);
    expect(await failure('scripts/bootstrap.mjs', 'prepare')).toBe('');

    const all = without.length === partNames.length;
    const said = await Promise.all([
      failure('--import', 'tsx', 'scripts/build/main.ts'),
      tool('typescript/bin/tsc', '-p', 'tsconfig.mini.json'),
      types('typescript/bin/tsc', 'tsconfig.node.json'),
      ...(without.includes('console') ? [] : [types('vue-tsc/bin/vue-tsc.js', 'tsconfig.vue.json')]),
      // Beside it, `dist` is being built.
      tool(
        '@biomejs/biome/bin/biome',
        'check',
        '--error-on-warnings',
        '--vcs-enabled=false',
        ...sources,
        'package.json',
      ),
      ...(all ? [tool('dependency-cruiser/bin/dependency-cruise.mjs', ...sources)] : []),
    ]);
    for (const one of said) expect(one).toBe('');
    const left = partNames.filter((name) => !withImplied(without).includes(name));
    expect(await partsInBuild()).toEqual(left);
    if (all) expect(await tool('vitest/vitest.mjs', 'run', '--project', 'quick', ...tests)).toBe('');
  },
  900_000,
);
