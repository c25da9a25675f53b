import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrationsFolder } from '../config/paths.ts';
import type { Connection } from './connection.ts';
import {
  EditedMigrations,
  foreignDatabase,
  isRefusal,
  type Migration,
  mayNotCreate,
  mayNotMigrate,
  refused,
  unclear,
} from './migration-failure.ts';

/** The advisory lock that the Prisma CLI and older releases use, too. */
const migrationLock = 72_707_369;

/** How long to wait for the lock before `waiting` is called, and how often to ask for it, in milliseconds. */
const tellAfterMs = 5_000;
const askEveryMs = 200;

/** The used columns of `_prisma_migrations`. */
interface Row {
  name: string;
  checksum: string;
  state: 'applied' | 'undone' | 'unfinished';
}

/**
 * Applies the missing migrations, oldest first, and records them in `_prisma_migrations` as the Prisma CLI does. Each
 * one runs in one transaction with its record, so that a failed or interrupted migration leaves nothing and runs again
 * the next time. Of several instances that start at once one applies them, and the others have nothing to do.
 *
 * @param waiting called once after a wait for another migrator, with its PostgreSQL process; null if unknown.
 * @returns the names of the migrations applied by this call.
 * @throws EditedMigrations before anything is applied; MigrationFailed if a migration fails, or the account may not
 * apply it; the driver's error if the database cannot be reached.
 */
export async function applyMigrations(
  database: { withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> },
  {
    folder = migrationsFolder,
    waiting = () => undefined,
  }: { folder?: string; waiting?: (pid: number | null) => void } = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return database.withConnection(async (connection) => {
    await lock(connection, waiting);
    try {
      const { table, owner, rights } = await openRecord(connection);
      if (rights === 'none') throw mayNotMigrate(owner, []);
      const rows = await connection.query<Row>(
        `SELECT migration_name AS name, checksum, CASE WHEN rolled_back_at IS NOT NULL THEN 'undone'
           WHEN finished_at IS NULL THEN 'unfinished' ELSE 'applied' END AS state FROM ${table}`,
      );
      const rowsOf = ({ name }: Migration) => rows.filter((row) => row.name === name);
      const isApplied = (one: Migration) => rowsOf(one).some(({ state }) => state === 'applied');
      const edited = migrations.filter((one) =>
        rowsOf(one).some(
          ({ state, checksum }) => state === 'applied' && !checksumsOf(one).includes(checksum),
        ),
      );
      if (edited.length > 0) throw new EditedMigrations(edited.map(({ name }) => name));
      const missing = migrations.filter((one) => !isApplied(one));
      if (missing.length > 0 && rights === 'read') {
        throw mayNotMigrate(
          owner,
          missing.map(({ name }) => name),
        );
      }
      for (const one of missing) await apply(connection, table, one, rowsOf(one));
      return missing.map(({ name }) => name);
    } finally {
      // A lost connection has no lock.
      await connection.query(`SELECT pg_advisory_unlock(${migrationLock})`).catch(() => {});
    }
  });
}

/**
 * Applies one migration. Its row is written before the script and finished after it, in the same transaction. Others
 * see it unfinished only if the script commits by itself; then a person must find out how far it got.
 */
async function apply(
  connection: Connection,
  table: string,
  migration: Migration,
  before: Row[],
): Promise<void> {
  const { name, script, checksum } = migration;
  const id = randomUUID();
  // A script with its own ROLLBACK has undone the row; then it is written again.
  const note = (steps: 0 | 1) =>
    connection.query(
      `INSERT INTO ${table} (id, checksum, migration_name, applied_steps_count, finished_at)
       VALUES ($1, $2, $3, $4, CASE WHEN $4 = 1 THEN clock_timestamp() END) ON CONFLICT (id)
       DO UPDATE SET applied_steps_count = excluded.applied_steps_count, finished_at = excluded.finished_at`,
      [id, checksum, name, steps],
    );
  // The CLI and older releases stop at an unfinished row.
  const takeBack = () =>
    connection.query(
      `UPDATE ${table} SET rolled_back_at = now()
       WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
      [name],
    );
  const brokenOff = before.some(({ state }) => state === 'unfinished');
  if (brokenOff && /\bCOMMIT\b/i.test(script)) throw unclear(migration, null);
  try {
    await connection.query('BEGIN');
    if (brokenOff) await takeBack();
    await note(0);
    await connection.run(script);
    await note(1);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {});
    if (!isRefusal(error)) throw error;
    const left = await connection.query(`SELECT 1 FROM ${table} WHERE id = $1`, [id]);
    if (left.length > 0) throw unclear(migration, error);
    await takeBack();
    throw refused(migration, error, before.length > 0);
  }
}

/** Takes the lock when no other instance migrates. Asks repeatedly, so that `waiting` can be called meanwhile. */
async function lock(connection: Connection, waiting: (pid: number | null) => void): Promise<void> {
  const since = performance.now();
  for (let told = false; ; ) {
    const [row] = await connection.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(${migrationLock}) AS taken`,
    );
    if (row?.taken === true) return;
    if (!told && performance.now() - since >= tellAfterMs) {
      told = true;
      const [holder] = await connection.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${migrationLock}
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      waiting(holder?.pid ?? null);
    }
    await delay(askEveryMs);
  }
}

/** The table `_prisma_migrations` for this account. */
interface MigrationRecord {
  /** Its name with the schema, because a script may change the search path. */
  table: string;
  /** Its owner. */
  owner: string;
  /** `read` for the application's account, if another account owns the tables. */
  rights: 'all' | 'read' | 'none';
}

/** Creates `_prisma_migrations` if it is missing. */
async function openRecord(connection: Connection): Promise<MigrationRecord> {
  const [record] = await connection.query<MigrationRecord & { found: boolean; others: string[] }>(
    `WITH record AS (SELECT quote_ident(current_schema()) || '._prisma_migrations' AS name),
       found AS (SELECT c.oid, pg_get_userbyid(relowner)::text AS owner FROM record JOIN pg_class c ON c.oid = to_regclass(name))
     SELECT name AS "table", found.oid IS NOT NULL AS found, coalesce(owner, current_user) AS owner,
       CASE WHEN found.oid IS NULL OR has_table_privilege(found.oid, 'INSERT') THEN 'all'
         WHEN has_table_privilege(found.oid, 'SELECT') THEN 'read' ELSE 'none' END AS rights,
       ARRAY(SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f') AND NOT EXISTS (SELECT FROM pg_depend
           WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e') ORDER BY 1 LIMIT 3) AS others
     FROM record LEFT JOIN found ON true`,
  );
  if (record === undefined) throw new Error('unreachable: a query without a table has a row');
  if (record.found) return record;
  if (record.others.length > 0) throw foreignDatabase(record.others);
  const columns = `id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0`;
  await connection.query(`CREATE TABLE ${record.table} (${columns})`).catch((error: unknown) => {
    throw isRefusal(error) ? mayNotCreate(error) : error;
  });
  return record;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The CLI on a Windows checkout has recorded the script with Windows line ends. */
const checksumsOf = ({ checksum, script }: Migration) => [checksum, sha256(script.replaceAll('\n', '\r\n'))];

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      // A Windows checkout must not look like an edited migration.
      const script = (await readFile(path.join(folder, name, 'migration.sql'), 'utf8')).replaceAll(
        '\r\n',
        '\n',
      );
      return { name, script, checksum: sha256(script) };
    }),
  );
}
