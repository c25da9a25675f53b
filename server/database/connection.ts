import pg from 'pg';
import { useUtc } from './time-zone.ts';

/** One session of the database: what a statement sets, opens or locks holds for those after it. */
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

/** The role or the database may set limits, which are meant for requests. Those of newer versions are left out. */
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
  // The running query rejects as well, or else the next one; without a listener the process would end.
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
