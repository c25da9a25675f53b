import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrationsFolder, projectRoot } from '../config/paths.ts';
import { explainStartFailure } from '../config/start-failure.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import type { Connection } from './connection.ts';
import { applyMigrations } from './migrations.ts';

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

const apply = (from = migrationsFolder) => applyMigrations(database, { folder: from });

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(folder, name));
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
}

/** The columns that the Prisma CLI reads, without those that differ between runs. */
const notesOf = (pattern: string) =>
  database.prisma.$queryRaw<object[]>`
    SELECT migration_name AS name, checksum, logs, rolled_back_at IS NOT NULL AS undone, finished_at >= started_at AS finished,
      applied_steps_count AS steps, id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AS uuid
    FROM _prisma_migrations WHERE migration_name LIKE ${pattern} ORDER BY started_at`;

test('a database with all migrations stays as it is', async () => {
  expect(await apply()).toEqual([]);
});

test('a migration may contain functions: it is not split at semicolons', async () => {
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
  const script = await readFile(path.join(folder, '29990101000000_function', 'migration.sql'));
  expect(await notesOf('29990101000000%')).toEqual([
    {
      name: '29990101000000_function',
      checksum: createHash('sha256').update(script).digest('hex'),
      logs: null,
      undone: false,
      finished: true,
      steps: 1,
      uuid: true,
    },
  ]);
});

test('Windows line ends are no change', async () => {
  const file = path.join(folder, '29990101000000_function', 'migration.sql');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
  expect(await apply(folder)).toEqual([]);
});

const tables = () =>
  database.prisma.$queryRaw<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relname LIKE 'half_%' AND relkind = 'r' ORDER BY 1`;

test('a failing migration leaves nothing, reports PostgreSQL’s error, and runs after its repair', async () => {
  const name = '29990101000001_half';
  await addMigration(name, 'CREATE TABLE half_one (id INT);\nSELECT id\n  FROM half_nowhere;');
  const failure = {
    name: 'MigrationFailed',
    message: expect.stringMatching(
      new RegExp(
        `${name} 没有成功.*relation "half_nowhere" does not exist（错误码 42P01，.*/${name}/migration.sql 第 3 行）`,
        's',
      ),
    ),
  };
  await expect(apply(folder)).rejects.toMatchObject(failure);
  expect(await tables()).toEqual([]);
  expect(await notesOf(name)).toEqual([]);
  // The release before, without this migration, starts; the one with it reports the same again.
  expect(await apply()).toEqual([]);
  const again = apply(folder);
  await expect(again).rejects.toMatchObject(failure);
  // Only this error stops the start.
  expect(explainStartFailure(await again.catch((error: unknown) => error))).toEqual(failure.message);

  await writeFile(path.join(folder, name, 'migration.sql'), 'CREATE TABLE half_one (id INT); -- mended');
  expect(await apply(folder)).toEqual([name]);
  expect(await tables()).toEqual([{ name: 'half_one' }]);
  expect(await notesOf(name)).toMatchObject([{ finished: true, undone: false }]);
  expect(await apply(folder)).toEqual([]);
});

/** As the Prisma CLI, or a release before this one, leaves a migration that was killed (no logs) or failed. */
const breakOff = (name: string, logs: string | null = null) =>
  database.prisma.$executeRaw`
    INSERT INTO _prisma_migrations (id, checksum, migration_name, logs)
    VALUES (gen_random_uuid()::text, '', ${name}, ${logs})`;

test.each([
  ['29990101000002_half', 'half_two', null],
  ['29990101000003_half', 'half_three', 'No such table: nowhere'],
])('a migration that Prisma’s CLI did not finish runs again: %s', async (name, table, logs) => {
  await addMigration(name, `CREATE TABLE ${table} (id INT)`);
  await breakOff(name, logs);
  expect(await apply(folder)).toEqual([name]);
  expect(await tables()).toContainEqual({ name: table });
  expect(await notesOf(name)).toMatchObject([
    { undone: true, logs },
    { undone: false, finished: true },
  ]);
});

test.each([
  ['a remark', '-- COMMIT by hand\nSELECT 1 FROM half_nowhere;'],
  ['a temporary table', 'CREATE TEMP TABLE half_temp (id INT) ON COMMIT DROP; SELECT 1 FROM half_nowhere;'],
  [
    'a transaction that it does not end',
    'BEGIN; CREATE TABLE half_four (id INT); SELECT 1 FROM half_nowhere; COMMIT;',
  ],
])('a script with COMMIT in %s leaves nothing when it fails', async (_what, script) => {
  const name = '29990101000004_half';
  await addMigration(name, script);
  await expect(apply(folder)).rejects.toMatchObject({
    message: expect.stringMatching(/没有成功，它的改动已全部撤销.*half_nowhere/s),
  });
  expect(await tables()).not.toContainEqual({ name: 'half_four' });
  await rm(path.join(folder, name), { recursive: true });
  expect(await apply(folder)).toEqual([]);
});

test('a script that commits by itself and then fails needs a person, also at the next start', async () => {
  const name = '29990101000005_half';
  const file = path.join(folder, name, 'migration.sql');
  await addMigration(name, 'BEGIN; CREATE TABLE half_five (id INT); COMMIT; SELECT 1 FROM half_nowhere;');
  const unclear = (more: string) => ({
    name: 'MigrationFailed',
    message: expect.stringMatching(
      new RegExp(`只做了一部分${more}.*finished_at = now\\(\\).*rolled_back_at`, 's'),
    ),
  });
  await expect(apply(folder)).rejects.toMatchObject(unclear('.*half_nowhere'));
  await expect(apply(folder)).rejects.toMatchObject(unclear(''));
  await database.prisma.$executeRaw`DROP TABLE half_five`;
  await writeFile(file, 'BEGIN; CREATE TABLE half_five (id INT); COMMIT;');
  // What the message says for one that shall run from the start again.
  const error: unknown = await apply(folder).catch((cause: unknown) => cause);
  const [remedy] = /UPDATE _prisma_migrations SET rolled_back_at[^;]+;/.exec(String(error)) ?? [''];
  await database.prisma.$executeRawUnsafe(remedy);
  expect(await apply(folder)).toEqual([name]);
  expect(await tables()).toContainEqual({ name: 'half_five' });
});

test('a script may change the search path', async () => {
  const name = '29990101000006_half';
  await addMigration(name, 'SET LOCAL search_path = pg_catalog; SELECT 1');
  expect(await apply(folder)).toEqual([name]);
});

test('a statement that cannot run inside a transaction is refused by name, and leaves nothing', async () => {
  const name = '29990101000007_half';
  await addMigration(
    name,
    'CREATE TABLE half_seven (id INT); CREATE INDEX CONCURRENTLY half_index ON notices (title);',
  );
  await expect(apply(folder)).rejects.toMatchObject({
    name: 'MigrationFailed',
    message: expect.stringMatching(/没有成功，它的改动已全部撤销.*CREATE INDEX CONCURRENTLY cannot run/s),
  });
  expect(await tables()).not.toContainEqual({ name: 'half_seven' });
  await rm(path.join(folder, name), { recursive: true });
});

describe('a database that Prisma’s schema engine has migrated', () => {
  const scripts = {
    '20250101000000_first': 'CREATE TABLE first (id INT PRIMARY KEY);\n',
    '20250102000000_second': 'CREATE TABLE second (id INT REFERENCES first);\n',
    '20250103000000_third': 'CREATE TABLE third (id INT);\nSELECT pg_advisory_xact_lock_shared(417002);\n',
    '20250104000000_fourth': 'CREATE TABLE fourth (id INT);\n',
  };
  /** A schema beside the tests' own, since an empty database takes seconds to make. */
  const inSchema = {
    withConnection: <T>(work: (connection: Connection) => Promise<T>) =>
      database.withConnection(async (connection) => {
        await connection.query('SET search_path = "By engine"');
        return work(connection).finally(() => connection.query('RESET search_path'));
      }),
  };
  let theirs: string;
  beforeAll(async () => {
    theirs = path.join(folder, '..', `${path.basename(folder)}-engine`);
    for (const [name, script] of Object.entries(scripts)) {
      await mkdir(path.join(theirs, name), { recursive: true });
      await writeFile(path.join(theirs, name, 'migration.sql'), script);
    }
    await database.prisma.$executeRaw`CREATE SCHEMA "By engine"`;
  });
  afterAll(() => rm(theirs, { recursive: true, force: true }));
  const migrate = () => applyMigrations(inSchema, { folder: theirs });
  const rows = () =>
    inSchema.withConnection((connection) =>
      connection.query<object>(
        'SELECT * FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY started_at',
      ),
    );

  test('is not changed if it has tables but no records of migrations', async () => {
    await database.prisma.$executeRaw`CREATE TABLE "By engine".accounts (id INT)`;
    await expect(migrate()).rejects.toMatchObject({
      name: 'MigrationFailed',
      message: expect.stringMatching(/已经有别的表（accounts），却没有迁移记录/),
    });
    await database.prisma.$executeRaw`DROP TABLE "By engine".accounts`;
  });

  test('is taken over: a person records the applied migrations, the rest is applied, and nothing else changes', async () => {
    const history = await readFile(path.join(projectRoot, 'server/database/engine-history.sql'), 'utf8');
    await inSchema.withConnection((connection) => connection.run(history));
    const before = await rows();
    expect(before).toHaveLength(2);
    // The engine noted the start of the third one, and was killed while PostgreSQL ran it.
    const error: unknown = await migrate().catch((cause: unknown) => cause);
    expect(String(error)).toMatch(
      /third 没有成功.*"third" already exists.*以前的版本做完、只是没来得及记下/s,
    );
    // No unfinished row stays: the CLI and older releases would stop at it.
    const unfinished = 'SELECT FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL';
    expect(await inSchema.withConnection((connection) => connection.query(unfinished))).toEqual([]);
    const [note] = /INSERT INTO _prisma_migrations[^;]+;/.exec(String(error)) ?? [''];
    await inSchema.withConnection((connection) => connection.run(note));
    expect(await migrate()).toEqual(['20250104000000_fourth']);
    expect(await migrate()).toEqual([]);
    const after = await rows();
    expect(after.slice(0, 2)).toEqual(before);
    expect(after).toHaveLength(4);
  });

  test('is recognised by scripts with Windows line ends', async () => {
    const crlf = Object.values(scripts)[1]?.replaceAll('\n', '\r\n') ?? '';
    const checksum = createHash('sha256').update(crlf).digest('hex');
    await inSchema.withConnection((connection) =>
      connection.query(`UPDATE _prisma_migrations SET checksum = $1 WHERE migration_name LIKE '%second'`, [
        checksum,
      ]),
    );
    expect(await migrate()).toEqual([]);
  });
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

test('the audit log accepts new entries and no other change', async () => {
  const { prisma } = database;
  const event = { action: 'sign-in', subject: 'user:1', detail: {} };
  const { id } = await prisma.auditLog.create({ data: event });
  await expect(prisma.auditLog.update({ where: { id }, data: { action: 'x' } })).rejects.toThrow();
  await expect(prisma.auditLog.delete({ where: { id } })).rejects.toThrow();
  await expect(prisma.auditLog.deleteMany()).rejects.toThrow();
  await expect(prisma.$executeRawUnsafe('TRUNCATE audit_log')).rejects.toThrow();
  expect(await prisma.auditLog.findUnique({ where: { id } })).toMatchObject(event);
});
