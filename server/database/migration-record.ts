import { setTimeout as delay } from 'node:timers/promises';
import type {
  DriverAdapterError,
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { StartFailure } from '../config/start-failure.ts';
import { withScripts } from './whole-scripts.ts';

/**
 * Keeps `_prisma_migrations` true whatever ends a migration. The engine notes its start, runs its script and notes its
 * end, in three transactions: killed in between it leaves a note that no later start gets past, although PostgreSQL
 * has undone the script, or has run it to its end. Here the script itself notes the end, in its own transaction; so
 * one without that note has left nothing behind, and may run again.
 */

/** The engine's own advisory lock, by which it keeps other instances and the Prisma CLI out. */
const engineLock = 72_707_369;
const unfinished = 'finished_at IS NULL AND rolled_back_at IS NULL';

/** How long the lock is waited for before somebody is told, and how often it is asked for, in milliseconds. */
const tellAfterMs = 5_000;
const askEveryMs = 200;

/** What PostgreSQL does not run within a transaction, or what ends one. */
const transactionWords =
  /\b(?:CONCURRENTLY|COMMIT|ROLLBACK|VACUUM|CALL|CLUSTER|SUBSCRIPTION|ALTER\s+SYSTEM|REINDEX\s+(?:\([^)]*\)\s*)?(?:SCHEMA|DATABASE|SYSTEM)|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE))\b/i;
/** Where such words mean nothing: remarks, texts, quoted names. A body between `$$` may well commit. */
const noStatements = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\bON\s+COMMIT\b/gi;

/** Whether only a person can tell how far a script got that was broken off. */
const hasOwnTransactions = (script: string) => transactionWords.test(script.replace(noStatements, ' '));

/** What PostgreSQL says of a table, a column or another thing that is there already. */
const isThere = new Set(['42P07', '42701', '42710']);

const statement = (sql: string) => ({ sql, args: [], argTypes: [] });

/** A migration is not applied, and the start with it; the message says what to do, in Chinese. */
export class MigrationFailed extends StartFailure {
  override readonly name = 'MigrationFailed';
}

function refused(name: string, { message, cause }: DriverAdapterError): MigrationFailed {
  const { code, detail, hint } = cause as { code?: string; detail?: string; hint?: string };
  const more = [detail, hint].flatMap((words) => (words ? `\n    ${words}` : []));
  return new MigrationFailed(
    `数据库迁移 ${name} 没有成功，它的改动已全部撤销，数据没有变。PostgreSQL 说：\n` +
      `  ${message}（错误码 ${code ?? '无'}）${more.join('')}\n` +
      `开发：改正 prisma/migrations/${name}/migration.sql，再重新运行。\n` +
      '部署：旧版本可以继续运行，把以上内容发给开发。' +
      (isThere.has(code ?? '')
        ? '\n它要建的东西已经在库里。如果是以前的版本做完、只是没来得及记下，就用 psql 记下它，再重新运行：\n' +
          '  UPDATE _prisma_migrations SET finished_at = now(), rolled_back_at = NULL WHERE id =\n' +
          `    (SELECT id FROM _prisma_migrations WHERE migration_name = '${name}' ORDER BY started_at DESC LIMIT 1);`
        : ''),
  );
}

function unclear(name: string, error: DriverAdapterError | null): MigrationFailed {
  return new MigrationFailed(
    `数据库迁移 ${name} 只做了一部分，或者中途被打断。${error === null ? '' : `PostgreSQL 说：\n  ${error.message}\n`}` +
      '它的语句不能放在一个事务里（例如 CREATE INDEX CONCURRENTLY），所以要由人看一看做到了哪一步，用 psql 二选一，再重新运行：\n' +
      `  已经全部做完：UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = '${name}' AND ${unfinished};\n` +
      `  撤掉做了一半的，从头再做：UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}' AND ${unfinished};`,
  );
}

export interface MigrationRecord {
  /** For the engine: the same database, on which each migration notes its own end. */
  adapter: SqlMigrationAwareDriverAdapterFactory;
  /** What to tell of an error of the engine, once the note of the migration that failed is put right. */
  explain(error: unknown): Promise<unknown>;
}

/**
 * Runs `work` as the only migrator of the database, on a record that a broken-off run has left nothing in.
 *
 * @param factory opens one and the same connection each time: the lock belongs to it.
 * @param scripts each migration's SQL by its name.
 * @param waiting called once when another migrator has been waited for; with its PostgreSQL process, null when unknown.
 * @throws MigrationFailed where a run was broken off of which only a person can tell how far it got.
 */
export async function withMigrationRecord<T>(
  factory: SqlMigrationAwareDriverAdapterFactory,
  scripts: ReadonlyMap<string, string>,
  waiting: (pid: number | null) => void,
  work: (record: MigrationRecord) => Promise<T>,
): Promise<T> {
  const connection = await factory.connect();
  await lock(connection, waiting);
  try {
    for (const name of await broken(connection)) {
      if (hasOwnTransactions(scripts.get(name) ?? '')) throw unclear(name, null);
      await undone(connection, name);
    }
    return await work(recordOn(factory, connection, scripts, await tableOf(connection)));
  } finally {
    // On a lost connection there is no lock left either.
    await connection.executeRaw(statement(`SELECT pg_advisory_unlock(${engineLock})`)).catch(() => {});
    await connection.dispose().catch(() => {});
  }
}

/**
 * Takes the lock, for as long as another instance migrates; the engine would give up after 10 seconds. Asked for again
 * and again: a statement that waits has a snapshot, which `CREATE INDEX CONCURRENTLY` of the other one would wait for.
 */
async function lock(connection: SqlDriverAdapter, waiting: (pid: number | null) => void): Promise<void> {
  const since = performance.now();
  for (let told = false; ; ) {
    const { rows } = await connection.queryRaw(statement(`SELECT pg_try_advisory_lock(${engineLock})`));
    if (rows[0]?.[0] === true) return;
    if (!told && performance.now() - since >= tellAfterMs) {
      told = true;
      waiting(await holder(connection));
    }
    await delay(askEveryMs);
  }
}

async function holder(connection: SqlDriverAdapter): Promise<number | null> {
  const { rows } = await connection.queryRaw(
    statement(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${engineLock}
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    ),
  );
  const pid = rows[0]?.[0];
  return pid == null ? null : Number(pid);
}

/** The record's name, whatever a script makes of the search path. */
async function tableOf(connection: SqlDriverAdapter): Promise<string> {
  const { rows } = await connection.queryRaw(
    statement("SELECT quote_ident(current_schema()) || '._prisma_migrations'"),
  );
  return String(rows[0]?.[0]);
}

function recordOn(
  factory: SqlMigrationAwareDriverAdapterFactory,
  connection: SqlDriverAdapter,
  scripts: ReadonlyMap<string, string>,
  table: string,
): MigrationRecord {
  const migrations = new Set(scripts.values());
  let failure: unknown = null;
  return {
    adapter: withScripts(factory, async (script, run) => {
      const own = migrations.has(script) && !hasOwnTransactions(script);
      try {
        // On a line of its own: a script may end in a remark, or without a semicolon.
        await run(own ? `${script}\n;UPDATE ${table} SET finished_at = now() WHERE ${unfinished}` : script);
      } catch (error) {
        failure = error;
        throw error;
      }
    }),
    async explain(error) {
      if (failure === null) return error;
      if (!isRefusedStatement(failure)) return failure;
      const [name] = await broken(connection);
      if (name === undefined) return error;
      if (hasOwnTransactions(scripts.get(name) ?? '')) return unclear(name, failure);
      await undone(connection, name);
      return refused(name, failure);
    },
  };
}

const isRefusedStatement = (error: unknown): error is DriverAdapterError =>
  error instanceof Error && error.name === 'DriverAdapterError';

/** The migrations that were begun, and neither ended nor taken back. */
async function broken(connection: SqlDriverAdapter): Promise<string[]> {
  const { rows: tables } = await connection.queryRaw(
    statement("SELECT to_regclass('_prisma_migrations')::text"),
  );
  if (tables[0]?.[0] == null) return [];
  const { rows } = await connection.queryRaw(
    statement(`SELECT migration_name FROM _prisma_migrations WHERE ${unfinished} ORDER BY started_at`),
  );
  return rows.map(([name]) => String(name));
}

async function undone(connection: SqlDriverAdapter, name: string): Promise<void> {
  await connection.executeRaw({
    sql: `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND ${unfinished}`,
    args: [name],
    argTypes: [{ scalarType: 'string', arity: 'scalar' }],
  });
}
