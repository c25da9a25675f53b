import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { manyPeople } from '../../../server/testing/many-people.ts';
import { createPostgresDatabase, dropPostgresDatabase } from '../../../server/testing/postgres-databases.ts';
import { emulatorEnvironment } from '../../emulator/environment.ts';
import type { Figures, PartResult } from '../report.ts';
import { round } from '../report.ts';
import { postgresVersion } from '../server/data.ts';
import { startPlatform } from '../server/platform.ts';
import { compileEntries, type ServerProcess, startProcess } from '../server/process.ts';
import { type Case, casesOf, measureCase, type Timing } from './cases.ts';
import { measureWrites, type WriteTiming } from './writes.ts';

const sizes = [100_000, 1_000_000] as const;

interface Population {
  people: number;
  cases: { name: string; timing: Timing }[];
  writes: WriteTiming[];
}

/**
 * Measures the administrators' list of people, over HTTP, with 100,000 and 1,000,000 of them on PostgreSQL, and
 * what the search's index costs those who write.
 *
 * @returns null, after saying so, where no PostgreSQL answers.
 */
export async function benchPeople(say: (line: string) => void): Promise<PartResult | null> {
  const postgresql = await postgresVersion();
  if (postgresql === null) {
    say('⚠ 跳过人员列表的测量：它需要 PostgreSQL。请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。');
    return null;
  }
  await compileEntries(['app-process']);
  const populations: Population[] = [];
  for (const people of sizes) populations.push(await measurePopulation(people, say));
  return {
    part: 'people',
    figures: [listFigures(populations), writeFigures(populations)],
    verdicts: [],
    raw: { postgresql, populations },
  };
}

async function measurePopulation(people: number, say: (line: string) => void): Promise<Population> {
  say(`正在写入 ${people.toLocaleString('zh-CN')} 人……`);
  const token = randomBytes(32).toString('base64url');
  const databaseUrl = await createPeopleDatabase(people, token);
  const platform = await startPlatform();
  let server: ServerProcess | undefined;
  try {
    server = await startProcess('app-process', {
      env: {
        NODE_ENV: 'test',
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'warn',
        REQUESTS_PER_MINUTE: '100000000',
        RECONCILE_HOURS: '0',
        ...emulatorEnvironment('dingtalk', platform.url),
      },
      profile: false,
    });
    say(`正在测量 ${people.toLocaleString('zh-CN')} 人的列表……`);
    const cases: Population['cases'] = [];
    const ask = { url: server.url, token };
    const all: Case[] = await casesOf(ask, people);
    for (const one of all) cases.push({ name: one.name, timing: await measureCase(ask, one) });
    say('正在测量写入……');
    return { people, cases, writes: await measureWrites(databaseUrl, people) };
  } finally {
    await server?.close();
    await platform.close();
    await dropPostgresDatabase(databaseUrl);
  }
}

/** @returns the address of a new database with so many people, and an administrator's session of this token. */
async function createPeopleDatabase(people: number, token: string): Promise<string> {
  const url = await createPostgresDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query(manyPeople, [people]);
    const hash = createHash('sha256').update(token).digest();
    await client.query(
      `INSERT INTO sessions (token_hash, user_id, client, expires_at)
       SELECT $1, id, 'H5', now() + interval '1 day' FROM users WHERE username = 'user7'`,
      [hash],
    );
    // What a year of sign-ins leaves: the list shows everybody's last one.
    await client.query('ALTER TABLE audit_log DISABLE TRIGGER audit_log_dated');
    await client.query(
      `INSERT INTO audit_log (id, at, actor_id, action, subject, address, detail)
       SELECT gen_random_uuid(), now() - random() * interval '180 days', id, 'sign-in', 'user:' || id, '127.0.0.1',
         '{"client":"mini"}' FROM users WHERE bound_at IS NOT NULL`,
    );
    await client.query('ALTER TABLE audit_log ENABLE TRIGGER audit_log_dated');
    await client.query('VACUUM ANALYZE users, sessions, audit_log');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
  return url;
}

const columns = ['', ...sizes.flatMap((people) => [`${people / 10_000} 万人 p50`, 'p99', '最长'])];

function listFigures(populations: readonly Population[]): Figures {
  const names = populations[0]?.cases.map(({ name }) => name) ?? [];
  return {
    title: '人员列表，一次一个请求，毫秒',
    columns,
    rows: names.map((name, at) => [
      name,
      ...populations.flatMap(({ cases }) => {
        const timing = cases[at]?.timing;
        return timing === undefined ? [] : [timing.p50, timing.p99, timing.max].map(round);
      }),
    ]),
  };
}

function writeFigures(populations: readonly Population[]): Figures {
  const names = populations[0]?.writes.map(({ name }) => name) ?? [];
  return {
    title: '写入，一次一条语句，毫秒',
    columns,
    rows: names.map((name, at) => [
      name,
      ...populations.flatMap(({ writes }) => {
        const timing = writes[at]?.timing;
        return timing === undefined ? [] : [timing.p50, timing.p99, timing.max].map(round);
      }),
    ]),
  };
}
