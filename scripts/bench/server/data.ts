import { createHash } from 'node:crypto';
import pg from 'pg';
import { postgresUrl } from '../../../server/testing/postgres.ts';
import { createPostgresDatabase } from '../../../server/testing/postgres-databases.ts';

/** The platform's id of the made-up user `n`, 1 to the number of users. */
export const personId = (n: number) => `bench${n}`;

/** The session token that user `n` holds from the start. */
export function sessionToken(n: number): string {
  return createHash('sha256').update(`bench session ${n}`).digest('base64url');
}

/**
 * A new database with so many users, each bound to the platform's {@link personId} and signed in with
 * {@link sessionToken}, and up-to-date statistics.
 *
 * @returns its address; the caller drops it.
 */
export async function createBenchDatabase(users: number): Promise<string> {
  const url = await createPostgresDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Nothing here must outlive a crash, and a million rows are written faster without waiting for each commit.
    await client.query('SET synchronous_commit = off');
    await client.query(insertUsers, [users]);
    await client.query(insertSessions, [users]);
    // Not in the run that is measured: autovacuum would start at some point of it.
    await client.query('VACUUM ANALYZE users, sessions, audit_log');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
  return url;
}

/** Ids that grow, as the UUIDs of version 7 do that the server makes. */
const userId = `('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;

/** Inserts so many made-up users; `$1` is how many. */
export const insertUsers = `
  INSERT INTO users (id, username, password_hash, name, department, ding_user_id, bound_at, bound_by, updated_at)
  SELECT ${userId}, 'user' || n, NULL, '用户' || n, '处室' || (n % 100), 'bench' || n, now(), 'PLATFORM_ID', now()
  FROM generate_series(1, $1::int) AS n`;

const insertSessions = `
  INSERT INTO sessions (token_hash, user_id, client, address, expires_at)
  SELECT sha256(convert_to(
           translate(rtrim(encode(sha256(convert_to('bench session ' || n, 'UTF8')), 'base64'), '='), '+/', '-_'),
           'UTF8')),
         ${userId}, 'MINI', '127.0.0.1', now() + interval '30 days'
  FROM generate_series(1, $1::int) AS n`;

/** How many sessions there are: what a run of sign-ins must have added to. */
export async function countSessions(url: string): Promise<number> {
  const { rows } = await query<{ count: string }>(url, 'SELECT count(*) FROM sessions');
  return Number(rows[0]?.count);
}

/** The version of the PostgreSQL server, e.g. `15.20`; null where none answers. */
export async function postgresVersion(): Promise<string | null> {
  try {
    const { rows } = await query<{ server_version: string }>(postgresUrl, 'SHOW server_version');
    return rows[0]?.server_version.split(' ', 1)[0] ?? null;
  } catch {
    return null;
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<pg.QueryResult<Row>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  await client.connect();
  try {
    return await client.query<Row>(sql);
  } finally {
    await client.end();
  }
}
