import type { FastifyBaseLogger } from 'fastify';
import { assemble } from './assemble.ts';
import type { Config } from './config/config.ts';
import { type Database, openDatabase } from './database/database.ts';
import { applyMigrations } from './database/migrations.ts';

export interface RunningServer {
  /** Where it listens, without a trailing slash. */
  url: string;
  /** Stops accepting, lets running requests end, closes database and platform. */
  close(): Promise<void>;
}

/**
 * Starts one server on a database that is open already and stays open.
 *
 * @throws what `listen` throws, e.g. EADDRINUSE.
 */
export async function listen(
  config: Config,
  database: Database,
  logger: FastifyBaseLogger,
): Promise<RunningServer> {
  for (const warning of config.warnings) logger.warn(warning);
  const app = await assemble(config, database, logger);
  try {
    const url = await app.listen({ host: config.host, port: config.port });
    return { url, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Opens the database, applies its migrations and starts the server: what production runs. */
export async function startServer(config: Config, logger: FastifyBaseLogger): Promise<RunningServer> {
  const database = await openDatabase(config.database);
  try {
    const waiting = (pid: number | null) =>
      logger.warn({ pid }, 'another PostgreSQL session is migrating the database: the start waits for it');
    const applied = await database.withSchemaAdapter((adapter) => applyMigrations(adapter, { waiting }));
    if (applied.length > 0) logger.info({ applied }, 'migrations applied');
    const server = await listen(config, database, logger);
    return {
      url: server.url,
      async close() {
        try {
          await server.close();
        } finally {
          await database.close();
        }
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
