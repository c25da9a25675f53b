import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { openDatabase } from './database.ts';
import { applyMigrations, diffFromMigrations } from './migrations.ts';
import { migrationsFolder } from './paths.ts';

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

const apply = (from?: string) => database.withSchemaAdapter((adapter) => applyMigrations(adapter, from));

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
