import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import { freePorts } from '../../../server/testing/ports.ts';
import { createEmptyDatabase, dropPostgresDatabase } from '../../../server/testing/postgres-databases.ts';
import { filesBelow, type Manifest, readManifest } from '../manage/manifest.ts';
import { describeOffline, postgresAsFile, runOffline } from '../testing/offline.ts';
import { recommendedNode } from './target.ts';

/** The package of this project, unpacked, installed and run on a machine without a network. */
describeOffline()('the package', () => {
  let temporary: string;
  let archive: string;
  let sha256: string;
  let folder: string;
  let manifest: Manifest;
  beforeAll(async () => {
    temporary = await mkdtemp(path.join(os.tmpdir(), 'pack-test-'));
    // The machine that it is tested on is the one that it must be for.
    const cpu = process.arch === 'arm64' ? 'arm64' : 'x64';
    const out = path.join(temporary, 'out');
    const packing = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'scripts/build/main.ts', 'pack', cpu, '--out', out],
      { cwd: projectRoot, encoding: 'utf8' },
    );
    if (packing.status !== 0) throw new Error(`${packing.stdout}${packing.stderr}`);
    sha256 = /SHA-256：([0-9a-f]{64})/.exec(packing.stdout)?.[1] ?? '';
    archive = path.join(out, (await readdir(out)).find((file) => file.endsWith('.tar.gz')) ?? '');
    const unpacked = path.join(temporary, 'unpacked');
    await mkdir(unpacked);
    expect(spawnSync('tar', ['-xzf', archive, '-C', unpacked]).status).toBe(0);
    const [name = ''] = await readdir(unpacked);
    folder = path.join(unpacked, name);
    manifest = await readManifest(folder);
  }, 400_000);
  afterAll(() => rm(temporary, { recursive: true, force: true }));

  const manage = (...words: string[]) => runOffline(['manage.mjs', ...words], folder);

  test('the archive holds what production runs, and nothing else', async () => {
    const files = await filesBelow(folder);
    expect(files.filter((file) => file !== 'manifest.json')).toEqual(Object.keys(manifest.files));
    for (const file of [
      'dist/server/main.js',
      'dist/console/manifest.json',
      'dist/prisma/migrations/migration_lock.toml',
      'dist/server/cli.js',
      'scripts/docs/deploy.md',
      '.env.example',
    ]) {
      expect(files).toContain(file);
    }
    const strange = /\.test\.|emulator|simulator|(^|\/)testing\/|(^|\/)\.env$|\.(key|pem)$|\.map$/;
    const own = files.filter((file) => !file.startsWith('node_modules/') && !/^dist\/.*\.map$/.test(file));
    expect(own.filter((file) => strange.test(file))).toEqual([]);
    expect(files.filter((file) => /^node_modules\/.*(\.test\.|\.(key|pem|map)$)/.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.node'))).toHaveLength(1);
    expect(
      files.filter((file) =>
        /^node_modules\/(prisma|typescript|pglite|@electric-sql|@prisma\/(dev|studio|schema-engine))/.test(
          file,
        ),
      ),
    ).toEqual([]);
    expect(manifest.migrations).toEqual(
      (await readdir(path.join(projectRoot, 'prisma', 'migrations')))
        .filter((name) => /^\d/.test(name))
        .sort(),
    );
    expect(await readFile(`${archive}.sha256`, 'utf8')).toBe(`${sha256}  ${path.basename(archive)}\n`);
  });

  test('the archive tells whether it has arrived whole', async () => {
    expect(await manage('verify')).toMatchObject({
      status: 0,
      output: expect.stringContaining('安装包完好'),
    });
    const changed = path.join(folder, 'dist', 'server', 'main.js');
    const original = await readFile(changed);
    await appendFile(changed, '\n');
    await rm(path.join(folder, 'dist', 'server', 'app.js.map'));
    await writeFile(path.join(folder, 'dist', 'server', 'strange.js'), '');
    const { status, output } = await manage('verify');
    expect(status).toBe(1);
    expect(output).toContain('缺少 1 个文件：dist/server/app.js.map');
    expect(output).toContain('内容变了 1 个文件：dist/server/main.js');
    expect(output).toContain('多出来 1 个文件：dist/server/strange.js');
    // A broken package is not installed either.
    const root = path.join(temporary, 'broken');
    expect((await manage('install', '--root', root)).status).toBe(1);
    expect(await readdir(temporary)).not.toContain('broken');

    await writeFile(changed, original);
    await rm(path.join(folder, 'dist', 'server', 'strange.js'));
    spawnSync('tar', ['-xzf', archive, '-C', path.dirname(folder)]);
    expect((await manage('verify')).status).toBe(0);
  }, 120_000);

  describe('installed', () => {
    let root: string;
    let release: string;
    let database: string | undefined;
    let socket: Awaited<ReturnType<typeof postgresAsFile>>;
    beforeAll(async () => {
      root = path.join(temporary, 'opt');
      release = path.join(root, 'releases', manifest.version);
      database = await createEmptyDatabase();
      socket = await postgresAsFile(temporary, database);
    });
    afterAll(async () => {
      await socket?.close();
      if (database !== undefined) await dropPostgresDatabase(database);
    });

    test('the installer puts release and configuration in place, twice without harm', async () => {
      const first = await manage('install', '--root', root);
      expect(first).toMatchObject({ status: 0, output: expect.stringContaining('请填写') });
      const environment = path.join(root, 'shared', '.env');
      await writeFile(
        environment,
        [
          'NODE_ENV=production',
          'HOST=127.0.0.1',
          'TRUST_PROXY=127.0.0.1',
          'SECRET_KEY=pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
          'PLATFORM=dingtalk',
          'DINGTALK_APP_KEY=dingabcdef',
          'DINGTALK_APP_SECRET=a-secret-of-the-real-app',
          'DINGTALK_CORP_ID=ding0123456789',
          'PLATFORM_TIMEOUT_MS=2000',
          `DATABASE_URL=${socket.url}`,
          '',
        ].join('\n'),
      );
      const filled = await readFile(environment, 'utf8');
      const again = await manage('install', '--root', root);
      expect(again).toMatchObject({ status: 0, output: expect.stringContaining('已经装在') });
      expect(await readFile(environment, 'utf8')).toBe(filled);
      expect(await readFile(path.join(release, '.env'), 'utf8')).toBe(filled);
      const brought = spawnSync(path.join(release, 'node', 'bin', 'node'), ['--version'], {
        encoding: 'utf8',
      });
      expect(brought.stdout.trim()).toBe(`v${recommendedNode.version}`);
    }, 120_000);

    test('the installed release applies the migrations to an empty database', async () => {
      const { status, output } = await manage('migrate', '--root', root);
      expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('已应用') });
      for (const migration of manifest.migrations) expect(output).toContain(migration);
      expect((await manage('migrate', '--root', root)).output).toContain('没有要应用的迁移');
    }, 120_000);

    test('the installed release serves on the Node.js that it brings, without a network, and stops cleanly', async () => {
      const [port = 0] = await freePorts(1);
      const visit = path.join(projectRoot, 'scripts', 'deploy', 'testing', 'visit-offline.mjs');
      const { status, output } = await runOffline(
        [visit, String(port), '/healthz', '/console', '/api/me', '/docs', '/api/auth/login {"authCode":"x"}'],
        release,
        {},
        path.join(release, 'node', 'bin', 'node'),
      );
      expect({ status, output }).toMatchObject({ status: 0 });
      const result = JSON.parse(output.slice(output.indexOf('{"answers"'))) as {
        answers: { path: string; status: number; text: string }[];
        network: { interfaces: string[]; outside: string };
        exit: number;
      };
      expect(result.network.interfaces).toEqual(['lo']);
      expect(result.network.outside).toBe('ENETUNREACH');
      expect(result.answers.map(({ path: at, status: code }) => [at, code])).toEqual([
        ['/healthz', 200],
        ['/console', 200],
        ['/api/me', 401],
        ['/docs', 404],
        ['/api/auth/login', 502],
      ]);
      // The page is the real one, with its scripts.
      expect(result.answers[1]?.text).toMatch(/<script type="module"[^>]+src="\/console\/assets\//);
      expect(result.answers[4]?.text).toContain('PLATFORM_FAULT');
      expect(result.exit).toBe(0);
    }, 120_000);

    test('the installed release asks for PostgreSQL where no database is named', async () => {
      const development = { DATABASE_URL: '', NODE_ENV: 'development' };
      const { status, output } = await runOffline(['dist/server/cli.js', 'db:migrate'], release, development);
      expect(status).toBe(1);
      expect(output).toMatch(/没有设置 DATABASE_URL，而内置数据库只供开发使用.*\n$/);
      expect(output).not.toMatch(/^\s+at /m);
    });

    test('the installed release has the operator’s program', async () => {
      const { scripts } = JSON.parse(await readFile(path.join(release, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      };
      expect(scripts).toEqual({ start: 'node dist/server/main.js', cli: 'node dist/server/cli.js' });
      const cli = (...words: string[]) => runOffline(['dist/server/cli.js', ...words], release);
      const made = { status: 0, output: expect.stringContaining('已创建管理员 张工（zhanggong）') };
      expect(await cli('admin:create', 'zhanggong', '张工')).toMatchObject(made);
      const unlocked = { status: 0, output: expect.stringContaining('账号 zhanggong 没有被锁定') };
      expect(await cli('people:unlock', 'zhanggong')).toMatchObject(unlocked);
      const { status, output } = await cli();
      expect(status).toBe(0);
      expect(output).toContain('用法：node dist/server/cli.js 命令');
      expect(output).not.toContain('db:seed');
    }, 120_000);
  });
});
