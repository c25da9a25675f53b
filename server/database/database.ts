import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { DatabaseConfig } from '../config/database.ts';
import { type Connection, withPostgresConnection } from './connection.ts';
import { directStatements, type RawStatements } from './direct.ts';
import { openEmbedded } from './embedded.ts';
import { PrismaClient } from './generated/client.ts';
import { withRepeatedTransactions } from './repeated-transactions.ts';
import { type Subscribe, subscribeEmbedded, subscribePostgres } from './subscription.ts';
import { useUtc } from './time-zone.ts';

export type { PrismaClient };

/** The client inside `$transaction(async (tx) => …)`. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export interface Database {
  readonly kind: 'postgresql' | 'embedded';
  readonly prisma: PrismaClient;
  /** Raw statements without Prisma's client, which costs time. */
  readonly direct: RawStatements;
  /**
   * Runs `work` on one connection without time limits. On PostgreSQL the connection is new and ends with the work; the
   * embedded database has only one.
   */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Listens to NOTIFY on a channel. */
  subscribe: Subscribe;
  /** Rejects if the database does not answer within the time-out. */
  ping(): Promise<void>;
  /** Waits for running statements and ends all connections. */
  close(): Promise<void>;
}

/**
 * Opens PostgreSQL by `url`, or else the embedded database. PostgreSQL is not contacted before the first query, so that
 * a server can start before its database; /readyz shows it.
 *
 * @throws EmbeddedDatabaseInUse when another process has the embedded database open; EmbeddedDatabaseMissing where it
 * is not installed.
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  return config.url === null ? openLocal(config) : openPostgres(config.url, config);
}

/** A transaction waits for its connection as long as other queries. */
const transactionOptions = ({ timeoutMs }: DatabaseConfig) => ({
  maxWait: timeoutMs,
  timeout: timeoutMs * 2,
});

async function openLocal(config: DatabaseConfig): Promise<Database> {
  const embedded = await openEmbedded(config.dataDir, config.image);
  const prisma = withRepeatedTransactions(
    new PrismaClient({
      adapter: embedded.adapter,
      transactionOptions: transactionOptions(config),
    }),
  );
  return {
    kind: 'embedded',
    prisma,
    direct: directStatements(async ({ text }, values) => (await embedded.client.query(text, values)).rows),
    withConnection: embedded.withConnection,
    subscribe: subscribeEmbedded(embedded.client),
    async ping() {
      await prisma.$queryRaw`SELECT 1`;
    },
    async close() {
      await prisma.$disconnect();
      await embedded.close();
    },
  };
}

/** More than the server's distinct statements; further ones, such as lists of unusual lengths, are not prepared. */
const preparedStatements = 500;

/** Gives each statement a name, so that PostgreSQL parses it once for each connection. */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= preparedStatements) return '';
    const name = `miniapp_${names.size}`;
    names.set(sql, name);
    return name;
  };
}

function openPostgres(url: string, config: DatabaseConfig): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: config.poolSize,
    connectionTimeoutMillis: config.timeoutMs,
    statement_timeout: config.timeoutMs,
    query_timeout: config.timeoutMs + 1000,
    // A transaction may wait for the platform while an app token is fetched.
    idle_in_transaction_session_timeout: 30_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'miniapp-server',
    // The pool waits for this before it uses the connection, and ends the connection if it fails.
    onConnect: useUtc,
  });
  // Without a listener, an idle connection that the server ends would end the process; the next query opens a new one.
  pool.on('error', () => {});
  // The same for a connection in use: its query rejects anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = withRepeatedTransactions(
    new PrismaClient({
      adapter: new PrismaPg(pool, { disposeExternalPool: true, statementNameGenerator: statementNames() }),
      transactionOptions: transactionOptions(config),
    }),
  );
  return {
    kind: 'postgresql',
    prisma,
    direct: directStatements(async (statement, values) => (await pool.query({ ...statement, values })).rows),
    withConnection: (work) => withPostgresConnection(url, config.timeoutMs, work),
    subscribe: subscribePostgres(url),
    async ping() {
      await pool.query('SELECT 1');
    },
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}
