import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase } from '../../server/database/database.ts';
import { until } from '../../server/testing/client.ts';
import { prepareDev } from './testing/run-dev.ts';

const subject = prepareDev();

/** As many editors save: a new file takes the place of the old one. */
async function save(file: string, change: (source: string) => string): Promise<void> {
  await writeFile(`${file}~`, change(await readFile(file, 'utf8')));
  await rename(`${file}~`, file);
}

async function migrationsIn(dataDir: string): Promise<string[]> {
  const database = await openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 10_000 });
  try {
    const rows = await database.prisma.$queryRaw<
      { migration_name: string }[]
    >`SELECT migration_name FROM _prisma_migrations`;
    return rows.map((row) => row.migration_name);
  } finally {
    await database.close();
  }
}

test('npm run dev starts everything, restarts the server on a change, tells of mistakes, and ends every child process', async () => {
  const run = subject.run();
  await run.says('启动完成');
  for (const shown of ['张三', 'dev-pass-2026', `http://127.0.0.1:${subject.env.SIMULATOR_PORT}`, '/docs']) {
    expect(run.output()).toContain(shown);
  }
  const servers = [Number(subject.env.PORT), Number(subject.env.PORT) + 1].map(
    (port) => `http://127.0.0.1:${port}`,
  );
  for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${subject.env.SIMULATOR_PORT}/`)).status).toBe(200);

  // With data of its own it leaves alone what the IDE opens at the root.
  expect(run.output()).toContain(path.join(subject.folder, 'mini-project'));
  const config = path.join(subject.folder, 'mini-project', 'dist', 'mini', 'config', 'current.js');
  expect(await readFile(config, 'utf8')).toContain(`http://127.0.0.1:${subject.env.PORT}`);
  expect(existsSync(path.join(subject.folder, 'mini-project', 'mini.project.json'))).toBe(true);
  expect(existsSync(subject.at('dist', 'mini'))).toBe(false);

  // A new migration is for a person to read: the restart that follows does not apply it.
  const migration = '29990101000000_add_colour';
  await mkdir(subject.at('prisma', 'migrations', migration));
  await writeFile(
    subject.at('prisma', 'migrations', migration, 'migration.sql'),
    'ALTER TABLE notices ADD COLUMN colour TEXT;',
  );
  await save(subject.at('server', 'app.ts'), (source) => `${source}\nthrow new Error('half done');\n`);
  await run.says('half done');
  await run.says('改好后保存，服务会再次启动');
  await save(subject.at('server', 'app.ts'), (source) => source.replace(/\nthrow .*\n$/, ''));
  await run.says('服务已恢复');
  for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);

  // A mistake in the sources is shown with its place, and the last version goes on.
  await save(subject.at('server', 'people', 'routes.ts'), (source) => `const half = ;\n${source}`);
  await run.says('server/people/routes.ts:1:13');
  for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);
  const before = run.output().length;
  await save(subject.at('server', 'people', 'routes.ts'), (source) => source.replace('const half = ;\n', ''));
  await until(
    () => run.output().slice(before).includes('服务已恢复'),
    30_000,
    'the server is told to be mended',
  );
  expect(run.output().slice(before)).not.toContain('正在重启');

  // An error has the place in the source, whatever Node.js runs.
  await save(subject.at('server', 'plugins', 'health.ts'), (source) =>
    source.replace(/^/, "import { readFileSync } from 'node:fs';\nreadFileSync('not there');\n"),
  );
  await run.says(`${path.join('server', 'plugins', 'health.ts')}:2:`);

  run.stop();
  expect(await run.exitCode).toBe(0);
  expect(await readdir(subject.at('.data', 'dev'))).toEqual([]);
  for (const port of [
    subject.env.PORT,
    String(Number(subject.env.PORT) + 1),
    subject.env.EMULATOR_PORT,
    subject.env.SIMULATOR_PORT,
  ]) {
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  }
  expect(await migrationsIn(path.join(subject.folder, 'database'))).not.toContain(migration);
}, 180_000);

test.each([
  ['a wrong port is named, with an example', { PORT: '70000' }, ['应为 1 到 65534 之间的整数', 'PORT=3000']],
  [
    'production’s settings start nothing',
    { NODE_ENV: 'production' },
    ['NODE_ENV 是 production', '什么也没有做'],
  ],
])(
  '%s',
  async (_what, env, words) => {
    const run = subject.run(env);
    expect(await run.exitCode).toBe(1);
    for (const word of words) expect(run.output()).toContain(word);
  },
  30_000,
);
