import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { projectRoot } from '../config/paths.ts';
import { createEmptyDatabase, dropPostgresDatabase } from '../testing/postgres-databases.ts';
import { features } from './database-features.ts';

let url: string;
let folder: string;
let client: pg.Client;
beforeAll(async () => {
  url = await createEmptyDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'db-check-'));
  client = new pg.Client({ connectionString: url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await dropPostgresDatabase(url);
  await rm(folder, { recursive: true, force: true });
});

function check(databaseUrl: string) {
  const tsx = pathToFileURL(path.join(projectRoot, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  const script = path.join(projectRoot, 'server', 'commands', 'database-check.ts');
  // In an empty folder: no .env of this project.
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: databaseUrl, DATABASE_TIMEOUT_MS: '3000' },
  });
  return { status, output: stdout + stderr };
}

test('PostgreSQL has all of it, and nothing is left behind', async () => {
  const { status, output } = check(url);
  expect({ status, output }).toMatchObject({ status: 0 });
  expect(output).toMatch(/^PostgreSQL \d+/);
  expect(output.match(/^✓/gm)).toHaveLength(features.length);
  const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'app_check%'");
  expect(rows).toEqual([]);
});

test('what does not work is named with what it is for and what the database says', async () => {
  // A database where nobody may write functions in this language, nor see each other's locks.
  await client.query('REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC');
  const role = `check_${path.basename(folder).replace(/\W/g, '').toLowerCase()}`;
  await client.query(`CREATE ROLE ${role} LOGIN`);
  const { pathname } = new URL(url);
  await client.query(`GRANT CREATE ON DATABASE ${pathname.slice(1)} TO ${role}`);
  const as = new URL(url);
  as.username = role;
  try {
    const { status, output } = check(as.href);
    expect(status).toBe(1);
    expect(output).toContain('✗ plpgsql 触发器\n    用在：审计日志只增不改');
    expect(output).toContain('permission denied for language plpgsql');
    expect(output).toContain('✗ LISTEN / NOTIFY');
    expect(output).toContain('有 2 项不行');
    expect(output).toContain('✓ FOR UPDATE SKIP LOCKED');
    await client.query(`REVOKE CREATE ON DATABASE ${pathname.slice(1)} FROM ${role}`);
    expect(check(as.href)).toMatchObject({ status: 1, output: expect.stringContaining('GRANT CREATE') });
  } finally {
    await client.query(`DROP OWNED BY ${role}`);
    await client.query(`DROP ROLE ${role}`);
  }
});

test('no address, or one where nobody answers', () => {
  expect(check('')).toMatchObject({ status: 1, output: expect.stringContaining('没有设置 DATABASE_URL') });
  expect(check('postgresql://app@127.0.0.1:1/app')).toMatchObject({
    status: 1,
    output: expect.stringContaining('连不上数据库'),
  });
});
