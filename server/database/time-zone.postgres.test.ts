import pg from 'pg';
import { until } from '../testing/client.ts';
import { createPostgresDatabase, dropPostgresDatabase } from '../testing/postgres-databases.ts';
import { type Database, openDatabase } from './database.ts';

let url: string;
let database: Database;

beforeAll(async () => {
  url = await createPostgresDatabase();
  database = await open(url);
});
afterAll(async () => {
  await database?.close();
  await dropPostgresDatabase(url);
});

const open = (address: string) => openDatabase({ url: address, dataDir: '', poolSize: 2, timeoutMs: 10_000 });

const instant = new Date('2026-11-24T01:05:01.123Z');

/** The time of a notice, read by another connection in the database's own time zone. */
async function seenByOthers(id: string): Promise<{ zone: string; at: Date }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ zone: string; at: Date }>(
      `SELECT current_setting('TimeZone') AS zone, published_at AS at FROM notices WHERE id = $1`,
      [id],
    );
    if (rows[0] === undefined) throw new Error('no such notice');
    return rows[0];
  } finally {
    await client.end();
  }
}

/** A time is written, compared with the database's own clock, and read; each in ways that the server uses. */
async function expectRightTimes({ prisma }: Database): Promise<void> {
  const data = { title: 'x', body: '', publishedAt: instant };
  const { id } = await prisma.notice.create({ data });
  expect(await seenByOthers(id)).toEqual({ zone: 'Asia/Shanghai', at: instant });
  expect(await prisma.notice.findUnique({ where: { id } })).toMatchObject({ publishedAt: instant });

  const soon = new Date(Date.now() + 600_000);
  const compare = (from: Pick<Database['prisma'], '$queryRaw'>) =>
    from.$queryRaw<
      { now: Date; ahead: boolean }[]
    >`SELECT now() AS now, ${soon}::timestamptz > now() AS ahead`;
  for (const rows of [await compare(prisma), await prisma.$transaction((tx) => compare(tx))]) {
    expect(rows[0]?.ahead).toBe(true);
    expect(Math.abs(Date.now() - (rows[0]?.now.getTime() ?? 0))).toBeLessThan(600_000);
  }
}

test('times are right if the database is set to another time zone', () => expectRightTimes(database));

test('times are right if the address asks for another time zone', async () => {
  const address = new URL(url);
  address.searchParams.set('options', '-c TimeZone=America/New_York');
  const other = await open(address.href);
  try {
    await expectRightTimes(other);
  } finally {
    await other.close();
  }
});

test('times are right on connections that replace lost ones', async () => {
  const administrator = new pg.Client({ connectionString: url });
  await administrator.connect();
  try {
    await database.ping();
    const { rowCount } = await administrator.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect(rowCount).toBeGreaterThan(0);
  } finally {
    await administrator.end();
  }
  // One that the pool has not yet noticed to be dead may still be lent out.
  const answers = () =>
    database.ping().then(
      () => true,
      () => false,
    );
  await until(answers, 5000, 'the database answers');
  await expectRightTimes(database);
});

test('migrations and run locks work in UTC', async () => {
  const shown = await database.withConnection((connection) => connection.query('SHOW TimeZone'));
  expect(shown).toEqual([{ TimeZone: 'UTC' }]);
});
