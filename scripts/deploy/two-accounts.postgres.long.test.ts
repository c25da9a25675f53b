import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrationsFolder, projectRoot } from '../../server/config/paths.ts';
import { openDatabase } from '../../server/database/database.ts';
import { applyMigrations } from '../../server/database/migrations.ts';
import { build } from '../../server/testing/build.ts';
import { cheapSeed } from '../../server/testing/cheap-seed.ts';
import { bearer } from '../../server/testing/http.ts';
import { asAdministrator, postgresUrl } from '../../server/testing/postgres.ts';
import { runCommand } from '../../server/testing/run-command.ts';
import { deployPlan } from './plan.ts';
import { databaseNames, databaseScript } from './postgresql.ts';
import { known } from './testing/listing.ts';

/** Two accounts on one database, made by the scripts that the database's administrator runs. */

const plan = deployPlan(known, `accounts-${randomBytes(5).toString('hex')}`);
const { app, owner } = databaseNames(plan);

/** The administrator's values for the samples in the script. */
const passwords = { 属主的密码: 'owner-of-the-tables', 应用的密码: 'rows-and-no-more' };

function address(account?: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${app}`;
  if (account !== undefined) {
    url.username = account;
    url.password = account === owner ? passwords.属主的密码 : passwords.应用的密码;
  }
  return url.href;
}

async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Plays a script of psql as the administrator: what follows `\connect` on the application's database. */
async function play(script: string): Promise<void> {
  const statements = (part: string) =>
    part
      .replace(/^--.*$/gm, '')
      .replace(/属主的密码|应用的密码/g, (sample) => passwords[sample as keyof typeof passwords])
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  const [outside = '', inside = ''] = script.split(/^\s*\\connect \S+$/m);
  await run(postgresUrl, ...statements(outside));
  await run(address(), ...statements(inside));
}

/** A block of SQL under a heading of scripts/docs/deploy.md, for this test's database. */
async function documented(start: string): Promise<string> {
  const text = await readFile(path.join(projectRoot, 'scripts', 'docs', 'deploy.md'), 'utf8');
  const block = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].find(([, sql = '']) =>
    sql.trim().startsWith(start),
  );
  expect(block).toBeDefined();
  return (block?.[1] ?? '').replaceAll('work_orders', app);
}

const env = { NODE_ENV: 'production', DINGTALK_CORP_ID: 'dingformal' };
const migrate = () =>
  runCommand(['db:migrate'], { ...env, DATABASE_URL: address(app), MIGRATION_DATABASE_URL: address(owner) });

afterEach(async () => {
  await asAdministrator(async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${app} WITH (FORCE)`);
    await client.query(`DROP ROLE IF EXISTS ${app}`);
    await client.query(`DROP ROLE IF EXISTS ${owner}`);
  });
});

/** Statements that the application's account may not run. */
async function expectProtected(): Promise<void> {
  const [entry] = await run(
    address(app),
    `INSERT INTO audit_log (id, at, action) VALUES (gen_random_uuid(), '1970-01-01', 'sign-out')
     RETURNING at > now() - interval '1 minute' AS now`,
  );
  expect(entry).toEqual({ now: true });
  for (const statement of [
    'ALTER TABLE audit_log DISABLE TRIGGER audit_log_kept',
    'ALTER TABLE audit_log DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_log_dated ON audit_log',
    'DROP TABLE audit_log',
    `CREATE OR REPLACE FUNCTION refuse_young_audit_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'`,
    'ALTER FUNCTION date_audit_entry() RENAME TO gone',
    'CREATE TABLE audit_log_2 (id int)',
    'SET session_replication_role = replica',
    `SET ROLE ${owner}`,
    "UPDATE audit_log SET action = 'x'",
    'TRUNCATE audit_log',
    'DELETE FROM audit_log',
    "UPDATE app_deployment SET environment = 'development'",
    'DELETE FROM app_deployment',
    'DELETE FROM _prisma_migrations',
  ]) {
    await expect(run(address(app), statement), statement).rejects.toMatchObject({ code: '42501' });
  }
}

test('the application’s account does its work, and cannot touch what protects the audit log', async () => {
  await play(databaseScript(plan));
  expect(await migrate()).toEqual({
    code: 0,
    output: expect.stringContaining(`已给应用的账号 ${app} 授权`),
  });
  const database = await openDatabase({ url: address(app), dataDir: '', poolSize: 5, timeoutMs: 10_000 });
  try {
    expect(await applyMigrations(database)).toEqual([]);
    await cheapSeed(database.prisma);
    const server = await build({ database: { ...database, url: address(app) } });
    const admin = bearer(await server.tokenOf('admin'));
    const ended = await server.app.inject({
      method: 'POST',
      url: '/api/me/sessions/end',
      payload: {},
      headers: admin,
    });
    expect(ended.statusCode).toBe(200);
    const anew = bearer(await server.tokenOf('admin'));
    const log = await server.app.inject({ url: '/api/admin/audit', headers: anew });
    expect(log.body).toContain('sessions.ended');
    await server.close();
    await expectProtected();

    // The retention deletes entries that are older than 180 days.
    await run(
      address(owner),
      'BEGIN',
      'ALTER TABLE audit_log DISABLE TRIGGER audit_log_dated',
      `INSERT INTO audit_log (id, at, action) VALUES (gen_random_uuid(), now() - interval '181 days', 'sign-out')`,
      'ALTER TABLE audit_log ENABLE TRIGGER audit_log_dated',
      'COMMIT',
    );
    const old = { at: { lt: new Date(Date.now() - 180 * 86_400_000) } };
    expect(await database.prisma.auditLog.deleteMany({ where: old })).toEqual({ count: 1 });
  } finally {
    await database.close();
  }
});

test('a start with migrations missing says who applies them, and changes nothing', async () => {
  await play(databaseScript(plan));
  const database = await openDatabase({ url: address(app), dataDir: '', poolSize: 2, timeoutMs: 10_000 });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'newer-'));
  const failed = (text: RegExp) =>
    expect.objectContaining({ name: 'MigrationFailed', message: expect.stringMatching(text) });
  try {
    await expect(applyMigrations(database)).rejects.toEqual(failed(/node manage\.mjs migrate/));
    await migrate();
    await cp(migrationsFolder, folder, { recursive: true });
    const newer = '29990101000000_more';
    await mkdir(path.join(folder, newer));
    await writeFile(path.join(folder, newer, 'migration.sql'), 'CREATE TABLE more (id int)');
    await expect(applyMigrations(database, { folder })).rejects.toEqual(
      failed(new RegExp(`属于账号 ${owner}.*${newer}.*node manage\\.mjs migrate`, 's')),
    );
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
});

test('one account becomes two as the document says', async () => {
  await run(
    postgresUrl,
    `CREATE ROLE ${app} LOGIN PASSWORD '应用的密码'`,
    `CREATE DATABASE ${app} OWNER ${app}`,
  );
  await runCommand(['db:migrate'], { ...env, DATABASE_URL: address(app) });
  const people = `INSERT INTO users (id, username, name, ding_user_id, updated_at) VALUES (gen_random_uuid(), 'x', 'x', '1', now())`;
  await run(
    address(app),
    people,
    'ALTER TABLE audit_log DISABLE TRIGGER ALL',
    'ALTER TABLE audit_log ENABLE TRIGGER ALL',
  );
  await play(await documented('CREATE ROLE work_orders_owner'));
  expect(await migrate()).toMatchObject({ code: 0 });
  await expectProtected();
  expect(await run(address(app), 'SELECT username FROM users')).toEqual([{ username: 'x' }]);

  // And another organisation takes over, as the document says.
  const other = { DATABASE_URL: address(app), NODE_ENV: 'production', DINGTALK_CORP_ID: 'dingother' };
  const unlock = () => runCommand(['people:unlock', 'x'], other);
  expect(await unlock()).toMatchObject({ code: 1, output: expect.stringContaining('“换组织”') });
  const statements = (await documented('DELETE FROM sessions')).split(';').filter((one) => one.trim() !== '');
  await run(address(owner), ...statements);
  expect(await unlock()).toMatchObject({ code: 0 });
  expect(await run(address(app), 'SELECT ding_user_id FROM users')).toEqual([{ ding_user_id: null }]);
});
