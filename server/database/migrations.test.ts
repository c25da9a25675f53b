import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrationsFolder } from '../config/paths.ts';
import { explainStartFailure } from '../config/start-failure.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { openDatabase } from './database.ts';
import { applyMigrations, diffFromMigrations } from './migrations.ts';

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  await cp(migrationsFolder, folder, { recursive: true });
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const apply = (from = migrationsFolder) =>
  database.withSchemaAdapter((adapter) => applyMigrations(adapter, { folder: from }));

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(folder, name));
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
}

test('a database that has them all is left as it is', async () => {
  expect(await apply()).toEqual([]);
});

test('schema.prisma says what the migrations make', async () => {
  const scratch = await openDatabase({ url: null, dataDir: 'memory', poolSize: 1, timeoutMs: 10_000 });
  try {
    expect(await scratch.withSchemaAdapter((adapter) => diffFromMigrations(adapter))).toBe('');
  } finally {
    await scratch.close();
  }
});

test('a migration may hold functions: it is run whole, not cut at semicolons', async () => {
  const body = "BEGIN NEW.title := 'a;b'; RETURN NEW; END;";
  await addMigration(
    '29990101000000_function',
    `CREATE FUNCTION retitle() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$;
     CREATE TRIGGER retitle BEFORE INSERT ON notices FOR EACH ROW EXECUTE FUNCTION retitle();`,
  );
  expect(await apply(folder)).toEqual(['29990101000000_function']);
  expect(await apply(folder)).toEqual([]);
  const notice = await database.prisma.notice.create({ data: { title: 'x', body: '' } });
  expect(notice.title).toBe('a;b');
});

test('Windows line ends are no change', async () => {
  const file = path.join(folder, '29990101000000_function', 'migration.sql');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
  expect(await apply(folder)).toEqual([]);
});

const tables = () =>
  database.prisma.$queryRaw<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relname LIKE 'half_%' AND relkind = 'r' ORDER BY 1`;
const migrated = () =>
  database.prisma.$queryRaw<{ finished: boolean; undone: boolean }[]>`
    SELECT finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS undone
    FROM _prisma_migrations WHERE migration_name LIKE '29990101%half' ORDER BY started_at`;

test('a migration that fails leaves nothing, tells what PostgreSQL says, and runs once it is mended', async () => {
  const name = '29990101000001_half';
  await addMigration(name, 'CREATE TABLE half_one (id INT);\nSELECT id\n  FROM half_nowhere;');
  const failure = {
    name: 'MigrationFailed',
    message: expect.stringMatching(
      new RegExp(
        `${name} 没有成功.*relation "half_nowhere" does not exist \\(line 3\\).*42P01.*migration.sql`,
        's',
      ),
    ),
  };
  await expect(apply(folder)).rejects.toMatchObject(failure);
  expect(await tables()).toEqual([]);
  // The release before, which does not know it, starts; and the one with it says the same again.
  expect(await apply()).toEqual([]);
  const again = apply(folder);
  await expect(again).rejects.toMatchObject(failure);
  // Nothing but those words ends the start.
  expect(explainStartFailure(await again.catch((error: unknown) => error))).toEqual(failure.message);

  await writeFile(path.join(folder, name, 'migration.sql'), 'CREATE TABLE half_one (id INT); -- mended');
  expect(await apply(folder)).toEqual([name]);
  expect(await tables()).toEqual([{ name: 'half_one' }]);
  expect((await migrated()).at(-1)).toEqual({ finished: true, undone: false });
  expect(await apply(folder)).toEqual([]);
});

/** As a process leaves it that is killed between the engine's note of a migration's start and that of its end. */
const breakOff = (name: string) =>
  database.prisma.$executeRaw`
    INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (gen_random_uuid()::text, '', ${name})`;

test('a migration that was broken off runs again', async () => {
  const name = '29990101000002_half';
  await addMigration(name, 'CREATE TABLE half_two (id INT)');
  await breakOff(name);
  expect(await apply(folder)).toEqual([name]);
  expect(await tables()).toEqual([{ name: 'half_one' }, { name: 'half_two' }]);
});

test.each([
  ['in a remark', '-- rollback: by hand\nSELECT 1 FROM half_nowhere;'],
  ['in a text', "SELECT 'COMMIT' FROM half_nowhere;"],
  ['of another meaning', 'CREATE TEMP TABLE half_temp (id INT) ON COMMIT DROP; SELECT 1 FROM half_nowhere;'],
])('a word of transactions %s makes no difference', async (_what, script) => {
  const name = '29990101000004_half';
  await addMigration(name, script);
  await expect(apply(folder)).rejects.toMatchObject({
    message: expect.stringMatching(/没有成功，它的改动已全部撤销.*half_nowhere/s),
  });
  await rm(path.join(folder, name), { recursive: true });
  expect(await apply(folder)).toEqual([]);
});

test('one with a transaction of its own tells what PostgreSQL says, and leaves the connection usable', async () => {
  const name = '29990101000005_half';
  await addMigration(name, 'BEGIN; CREATE TABLE half_five (id INT); SELECT 1 FROM half_nowhere; COMMIT;');
  await expect(apply(folder)).rejects.toMatchObject({
    name: 'MigrationFailed',
    message: expect.stringMatching(/只做了一部分.*half_nowhere/s),
  });
  expect(await tables()).not.toContainEqual({ name: 'half_five' });
  await database.prisma.$executeRaw`
    UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = ${name} AND finished_at IS NULL`;
  await rm(path.join(folder, name), { recursive: true });
  expect(await apply(folder)).toEqual([]);
});

test('a script may change where names are looked for', async () => {
  const name = '29990101000006_half';
  await addMigration(name, 'SET LOCAL search_path = pg_catalog; SELECT 1');
  expect(await apply(folder)).toEqual([name]);
});

test('what an earlier release did and did not note is said to be there, with how to note it', async () => {
  const name = '29990101000007_half';
  await addMigration(name, 'CREATE TABLE half_one (id INT)');
  const error: unknown = await apply(folder).catch((cause: unknown) => cause);
  const note = /UPDATE _prisma_migrations SET finished_at[^;]+;/.exec(String(error));
  await database.prisma.$executeRawUnsafe(note?.[0] ?? '');
  expect(await apply(folder)).toEqual([]);
});

test('one that PostgreSQL runs outside a transaction is left to a person, with what to do', async () => {
  const name = '29990101000003_half';
  await addMigration(name, 'CREATE INDEX CONCURRENTLY half_index ON notices (title)');
  await breakOff(name);
  const question = {
    name: 'MigrationFailed',
    message: expect.stringMatching(/只做了一部分.*finished_at = now\(\).*rolled_back_at/s),
  };
  await expect(apply(folder)).rejects.toMatchObject(question);
  await database.prisma.$executeRaw`
    UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = ${name} AND finished_at IS NULL`;
  expect(await apply(folder)).toEqual([name]);
});

test('a migration that was edited after it ran is refused by name', async () => {
  const file = path.join(folder, '29990101000000_function', 'migration.sql');
  await writeFile(file, `${await readFile(file, 'utf8')}\n-- edited`);
  await addMigration('29990102000000_next', 'SELECT 1');
  await expect(apply(folder)).rejects.toMatchObject({
    name: 'EditedMigrations',
    message: expect.stringMatching(/29990101000000_function 在应用到数据库之后又被修改过/),
  });
});

test('the audit log can be added to, and nothing else', async () => {
  const { prisma } = database;
  const event = { action: 'sign-in', subject: 'user:1', detail: {} };
  const { id } = await prisma.auditLog.create({ data: event });
  await expect(prisma.auditLog.update({ where: { id }, data: { action: 'x' } })).rejects.toThrow();
  await expect(prisma.auditLog.delete({ where: { id } })).rejects.toThrow();
  await expect(prisma.auditLog.deleteMany()).rejects.toThrow();
  await expect(prisma.$executeRawUnsafe('TRUNCATE audit_log')).rejects.toThrow();
  expect(await prisma.auditLog.findUnique({ where: { id } })).toMatchObject(event);
});
