import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { complete, readArguments } from './answers.ts';
import { currentAnswers, makeOwn } from './own.ts';
import { type PartName, partNames } from './parts.ts';

/** An app without a part: its types hold, its doors are kept, its tests pass, and its server has nothing of it. */

const { template } = JSON.parse(await readFile('package.json', 'utf8')) as { template?: object };
const words = [
  'name=工单助手',
  'package=work-orders',
  'owner=浙江省某某厅',
  'platform=dingtalk',
  'corp-id=ding0production',
  'domain=app.dept.gov.cn',
];

/** What is copied: the project without what is built or installed. */
const skipped = /[\\/](node_modules|dist|\.data|\.git|test-results|coverage)$/;

/** What nothing that is left may name. */
const traces: Readonly<Record<PartName, RegExp>> = {
  console: /server\/console|consoleRoutes|readConsole/,
  h5: /\.\/h5\/|'\/h5/,
  messages: /messages\/(?:index|outbox|recalls|messages|progress)\.ts|certificateAlerts|app\.outbox/,
  events: /events\/(?:index|inbox|queue|reconcile)\.ts|platformEvents|readEvents/,
};

let root: string;
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

/** @returns what a command says where it fails; empty where it is content. */
function failure(command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join('node_modules', command), ...args], {
      cwd: root,
      env: { ...process.env, SKIP_ENV_FILE: '1' },
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    child.on('exit', (code) => resolve(code === 0 ? '' : said.slice(-4000) || `exit ${code}`));
  });
}

test
  .skipIf(template !== undefined)
  .each([...partNames.map((name) => [[name]]), [[...partNames]]] as [PartName[]][])(
  'an app without %j is whole',
  async (without) => {
    root = await mkdtemp(path.join(tmpdir(), 'parts-'));
    await cp('.', root, { recursive: true, filter: (source) => !skipped.test(`/${source}`) });
    await symlink(path.resolve('node_modules'), path.join(root, 'node_modules'), 'junction');
    const given = readArguments([...words, `without=${without.join(',')}`]);
    await makeOwn(root, await complete(given, await currentAnswers(root), null), []);

    const vue = without.includes('console')
      ? []
      : await Promise.all([failure('vue-tsc/bin/vue-tsc.js', '-p', 'server/console/app/tsconfig.json')]);
    for (const said of [
      ...vue,
      await failure('typescript/bin/tsc', '-p', 'tsconfig.json'),
      await failure('typescript/bin/tsc', '-p', 'tsconfig.mini.json'),
      await failure('typescript/bin/tsc', '-p', 'scripts/tsconfig.json'),
      await failure(
        '@biomejs/biome/bin/biome',
        'check',
        '--error-on-warnings',
        '--vcs-enabled=false',
        'server',
        'scripts/init',
        'docs',
        'package.json',
      ),
      await failure('dependency-cruiser/bin/dependency-cruise.mjs', 'mini', 'server', 'prisma', 'scripts'),
      await failure(
        'vitest/vitest.mjs',
        'run',
        '--project',
        'quick',
        'server/auth/login',
        'server/plugins/metrics',
        'server/plugins/docs',
        'server/plugins/logging',
        'server/overview/overview',
        'server/notices',
        'mini/testing/sign-in',
      ),
    ]) {
      expect(said).toBe('');
    }
    const built = await readdir(path.join(root, 'server'), { recursive: true, withFileTypes: true });
    for (const entry of built.filter(
      (one) => one.isFile() && /\.(ts|vue)$/.test(one.name) && !one.parentPath.includes('generated'),
    )) {
      const file = path.join(entry.parentPath, entry.name);
      const text = await readFile(file, 'utf8');
      for (const name of without) expect([file, name, traces[name].test(text)]).toEqual([file, name, false]);
    }
  },
  600_000,
);
