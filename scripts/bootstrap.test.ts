import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { until } from '../server/testing/client.ts';

/**
 * Tests the step before all others in a folder without packages. npm and Prisma are stand-ins that note their
 * arguments: the real ones need minutes and the network.
 */

let root: string;
const at = (...names: string[]) => path.join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), '引导 bootstrap-'));
  await mkdir(at('scripts'));
  await mkdir(at('prisma'));
  await cp('scripts/bootstrap.mjs', at('scripts', 'bootstrap.mjs'));
  await writeFile(at('package.json'), '{"type":"module"}');
  await writeFile(at('package-lock.json'), '{}');
  await writeFile(at('prisma', 'schema.prisma'), '// a schema');
  await writeFile(at('npm-cli.js'), npm);
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

/** Stand-ins for Prisma's packages: a schema that begins with `model {` is invalid. */
const prisma = {
  client: '',
  internals: `
    exports.getConfig = async () => ({ generators: [{}], datasources: [] });
    exports.getDMMF = async ({ datamodel: [[, schema]] }) => {
      if (schema.startsWith('model {')) throw new Error('line 1: no name');
    };`,
  'client-generator-ts': `
    const { appendFileSync, mkdirSync } = require('node:fs');
    exports.PrismaClientTsGenerator = class {
      async generate({ generator }) {
        mkdirSync(generator.output.value, { recursive: true });
        appendFileSync('calls', 'prisma generate\\n');
      }
    };`,
};

/** Installs what the step itself needs, and writes npm's record last, as npm does. */
const npm = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
if (process.env.NPM_STUB === 'hangs') setInterval(() => {}, 1000);
else if (process.env.NPM_STUB === 'fails') process.exit(1);
else {
  for (const [name, code] of Object.entries(${JSON.stringify(prisma)})) {
    const folder = 'node_modules/@prisma/' + name;
    mkdirSync(folder, { recursive: true });
    writeFileSync(folder + '/package.json', '{"version":"1.0.0"}');
    writeFileSync(folder + '/index.js', code);
  }
  writeFileSync('node_modules/.package-lock.json', '{}');
}
`;

interface Prepared {
  child: ChildProcess;
  output: Promise<string>;
  code: Promise<number | null>;
}

function prepare(env: Record<string, string> = {}, options: string[] = []): Prepared {
  const child = spawn(process.execPath, [...options, 'scripts/bootstrap.mjs', 'prepare'], {
    cwd: root,
    env: { ...process.env, npm_execpath: at('npm-cli.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  return {
    child,
    output: once(child, 'close').then(() => said),
    code: once(child, 'exit').then(([code]) => code as number | null),
  };
}
const calls = () =>
  readFile(at('calls'), 'utf8').then(
    (text) => text.trim().split('\n'),
    () => [],
  );

test('installs with the tools for development and generates, once', async () => {
  const first = prepare({ NODE_ENV: 'production' });
  expect(await first.output).toContain('正在安装依赖');
  expect(await first.code).toBe(0);
  expect(await calls()).toEqual(['ci --include=dev', 'prisma generate']);
  const again = prepare();
  expect([await again.output, await again.code]).toEqual(['', 0]);
  expect(await calls()).toHaveLength(2);
});

test('installs anew when the lock file is newer, and generates anew when the schema differs', async () => {
  await prepare().code;
  await utimes(at('package-lock.json'), new Date(), new Date(Date.now() + 5000));
  await writeFile(at('prisma', 'schema.prisma'), '// another schema');
  await prepare().code;
  expect(await calls()).toEqual([
    'ci --include=dev',
    'prisma generate',
    'ci --include=dev',
    'prisma generate',
  ]);
});

test('a schema that is none is told with what Prisma says of it, and nothing runs on an old client', async () => {
  await writeFile(at('prisma', 'schema.prisma'), 'model {');
  const wrong = prepare();
  expect(await wrong.output).toMatch(/请检查 prisma\/schema\.prisma：\nline 1: no name/);
  expect(await wrong.code).toBe(1);
  expect(await calls()).toEqual(['ci --include=dev']);
});

test('an install that fails says what may be the cause, without a stack trace', async () => {
  const failed = prepare({ NPM_STUB: 'fails' });
  const output = await failed.output;
  expect(await failed.code).toBe(1);
  expect(output).toMatch(/依赖安装失败.*EBUSY.*npm config get registry/s);
  expect(output).not.toMatch(/^\s+at /m);
});

test('a Node.js that is too old is told so before anything else', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })`;
  const old = prepare({}, ['--import', `data:text/javascript,${encodeURIComponent(older)}`]);
  expect(await old.output).toMatch(/需要 Node.js 20.19 或更新版本，当前是 20.18.3/);
  expect(await old.code).toBe(1);
  expect(await calls()).toEqual([]);
});

// Windows has no signals between processes; there Ctrl-C reaches all of a console by itself.
const onPosix = process.platform === 'win32' ? test.skip : test;

onPosix('Ctrl-C while npm installs ends npm too, which would go on by itself', async () => {
  const installing = prepare({ NPM_STUB: 'hangs' });
  await until(async () => (await calls()).length === 1, 20_000, 'npm has begun');
  installing.child.kill('SIGINT');
  // npm writes to the same output, which closes only after npm has ended.
  expect(await installing.output).toContain('已停止安装。再次运行会从头安装。');
  expect(await installing.code).toBe(130);
});

onPosix('started by another package manager, it installs with npm all the same', async () => {
  await mkdir(at('bin'));
  await writeFile(at('bin', 'npm'), `#!/bin/sh\nexec "${process.execPath}" npm-cli.js "$@"\n`, {
    mode: 0o755,
  });
  const other = prepare({
    npm_execpath: '/usr/lib/node_modules/yarn/bin/yarn.js',
    PATH: `${at('bin')}${path.delimiter}${process.env.PATH ?? ''}`,
  });
  expect(await other.output).toContain('正在安装依赖');
  expect(await other.code).toBe(0);
  expect(await calls()).toEqual(['ci --include=dev', 'prisma generate']);
});
