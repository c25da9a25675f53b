import net from 'node:net';
import pg from 'pg';
import { readDeployment } from '../config/deployment.ts';
import { withPostgresConnection } from '../database/connection.ts';
import { refuseOthers } from '../database/deployment.ts';

/** The PostgreSQL server of the tests; its user must be allowed to create databases. */
export const postgresUrl = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/**
 * Gives a run of tests its name, with which the names of its databases begin, so that its end can drop them. A run
 * inside another run's test has its own name, so that it drops only its own databases.
 */
export function nameRun(): void {
  process.env.TEST_RUN = `${Math.floor(Date.now() / 1000)}_${process.pid}`;
}

/** The name of this run, for its processes; it begins with the epoch seconds of its start. */
export function run(): string {
  if (process.env.TEST_RUN === undefined) nameRun();
  return process.env.TEST_RUN ?? '';
}

/**
 * Whether the tests' PostgreSQL server answers. In CI it must, because a skipped suite would hide faults.
 *
 * @throws Error in CI where it does not answer.
 */
export async function postgresAnswers(): Promise<boolean> {
  const { hostname, port } = new URL(postgresUrl);
  const answers = await new Promise<boolean>((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port || 5432) });
    const settle = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(2000, () => settle(false));
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
  });
  if (answers) return true;
  const where = `${hostname}:${port || 5432}`;
  if (process.env.CI) throw new Error(`CI 里必须有 PostgreSQL：${where} 没有应答。`);
  console.warn(
    `\n⚠ ${where} 上没有 PostgreSQL 应答：测试改在内置数据库上运行，跳过只能在 PostgreSQL 上跑的测试。` +
      '\n  请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。\n',
  );
  return false;
}

/** Looked at once in a process, before its first database is made. */
let allowed: Promise<void> | undefined;

/**
 * Runs `work` on a connection that may create and drop databases.
 *
 * @throws DatabaseOfOthers where `TEST_POSTGRES_URL` names a database that production or a test environment uses.
 */
export async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  allowed ??= refuseOthers(
    { kind: 'postgresql', withConnection: (look) => withPostgresConnection(postgresUrl, 10_000, look) },
    {
      mine: readDeployment({}),
      database: `${new URL(postgresUrl).host}${new URL(postgresUrl).pathname}（TEST_POSTGRES_URL）`,
    },
  );
  await allowed;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Drops the databases of this run, and those of runs that were killed a day ago or earlier. */
export async function dropLeftDatabases(): Promise<void> {
  await asAdministrator(async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database
         WHERE starts_with(datname, $1)
            OR (datname ~ '^miniapp_test_[0-9]{10}_' AND split_part(datname, '_', 3) < $2)`,
      [`miniapp_test_${run()}_`, String(Math.floor(Date.now() / 1000) - 86_400)],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  });
}
