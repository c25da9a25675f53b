import pg from 'pg';
import { useUtc } from './time-zone.ts';

/** One session of the database: settings, transactions and locks of a statement last for the next ones. */
export interface Connection {
  /** Runs one statement and returns its rows. */
  query<Row>(statement: string, values?: unknown[]): Promise<Row[]>;
  /**
   * Sends a script of any number of statements as one simple query. PostgreSQL itself finds the statements, so a
   * function's body stays whole.
   *
   * @throws PostgreSQL's error, whose `position` counts the script's characters from 1.
   */
  run(script: string): Promise<void>;
}

/**
 * Removes time limits of the role or the database, which are meant for requests. Settings that this version lacks are
 * skipped.
 */
const withoutLimits = `SELECT set_config(name, '0', false) FROM pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`;

/**
 * Runs `work` on a PostgreSQL connection of its own, in UTC and without time limits, and ends it afterwards.
 *
 * @param connectTimeoutMs the longest wait for the connection, in milliseconds.
 * @throws the driver's error when the database cannot be reached.
 */
export async function withPostgresConnection<T>(
  url: string,
  connectTimeoutMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'miniapp-migrations',
  });
  // The running or next query rejects too; without a listener the process would end.
  client.on('error', () => {});
  try {
    await client.connect();
    await useUtc(client);
    await client.query(withoutLimits);
    return await work({
      query: async (statement, values) => (await client.query(statement, values)).rows,
      run: async (script) => void (await client.query(script)),
    });
  } finally {
    await client.end().catch(() => {});
  }
}
