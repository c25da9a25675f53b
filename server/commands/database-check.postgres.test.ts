import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createEmptyDatabase, dropPostgresDatabase } from '../testing/postgres-databases.ts';
import { runCommand } from '../testing/run-command.ts';
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

const check = (databaseUrl: string) =>
  runCommand(['db:check'], { DATABASE_URL: databaseUrl, DATABASE_TIMEOUT_MS: '3000' });

test('PostgreSQL has all of it, and nothing is left behind', async () => {
  const { code, output } = await check(url);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/^数据库：\S+\nPostgreSQL \d+/);
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
    const { code, output } = await check(as.href);
    expect(code).toBe(1);
    expect(output).toContain('✗ plpgsql 触发器\n    用在：审计日志只增不改');
    expect(output).toContain('permission denied for language plpgsql');
    expect(output).toContain('✗ LISTEN / NOTIFY');
    expect(output).toContain('有 2 项不行');
    expect(output).toContain('✓ FOR UPDATE SKIP LOCKED');
    await client.query(`REVOKE CREATE ON DATABASE ${pathname.slice(1)} FROM ${role}`);
    expect(await check(as.href)).toMatchObject({ code: 1, output: expect.stringContaining('GRANT CREATE') });
  } finally {
    await client.query(`DROP OWNED BY ${role}`);
    await client.query(`DROP ROLE ${role}`);
  }
});

test('no address, or one where nobody answers', async () => {
  expect(await check('')).toMatchObject({
    code: 1,
    output: expect.stringContaining('没有设置 DATABASE_URL'),
  });
  expect(await check('postgresql://app@127.0.0.1:1/app')).toMatchObject({
    code: 1,
    output: expect.stringContaining('连不上数据库'),
  });
});
