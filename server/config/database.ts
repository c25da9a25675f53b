import { databaseUrlExample, defaultDataDir } from './constants.ts';
import { ConfigError, type Environment, EnvironmentReader } from './environment.ts';
import { isPlaceholder } from './weakness.ts';

export interface DatabaseConfig {
  /** A `postgresql://` address, or null for the embedded database. */
  url: string | null;
  /** Folder of the embedded database; `memory` keeps nothing. Used when `url` is null. */
  dataDir: string;
  /** The image of a new embedded database, from PGlite's `dumpDataDir`; empty by default. */
  image?: Blob;
  /** Connections of one process to PostgreSQL. */
  poolSize: number;
  /** Time limit of waiting for a connection, and of one statement, in milliseconds. */
  timeoutMs: number;
}

/** Reads where the database is; complains to `reader` about wrong settings. */
export function readDatabase(reader: EnvironmentReader): DatabaseConfig {
  return {
    url: readUrl(reader, 'DATABASE_URL'),
    dataDir: reader.optional('DATA_DIR') ?? defaultDataDir,
    poolSize: reader.integer('DATABASE_POOL', 10, 2, 500),
    timeoutMs: reader.integer('DATABASE_TIMEOUT_MS', 5000, 100, 60_000),
  };
}

function readUrl(reader: EnvironmentReader, variable: string): string | null {
  const url = reader.optional(variable);
  if (url !== null && !(/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url))) {
    reader.complain(
      variable,
      '不是 PostgreSQL 地址（密码里的 # / ? % @ 要写成 %23 %2F %3F %25 %40）',
      databaseUrlExample,
    );
  }
  return url;
}

/**
 * The address for migrations by the tables' owner; null if the application's account is the owner. The server never
 * reads it.
 *
 * @throws ConfigError as {@link loadConfig} does.
 */
export function migrationDatabaseUrl(env: Environment): string | null {
  const reader = new EnvironmentReader(env);
  const url = readUrl(reader, 'MIGRATION_DATABASE_URL');
  if (url !== null && isPlaceholder(decodeURIComponent(url))) {
    reader.complain('MIGRATION_DATABASE_URL', '还是样例里的占位内容，请换成真实的密码', databaseUrlExample);
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return url;
}

/**
 * Only the database's part of the configuration, for tools without a platform.
 *
 * @throws ConfigError as {@link loadConfig} does.
 */
export function loadDatabaseConfig(env: Environment): DatabaseConfig {
  const reader = new EnvironmentReader(env);
  const config = readDatabase(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/** The database's host and name, without user and password. */
export function databaseName({ url, dataDir }: Pick<DatabaseConfig, 'url' | 'dataDir'>): string {
  if (url === null) return `内置（${dataDir}）`;
  const { host, pathname, searchParams } = new URL(url);
  return `${host || (searchParams.get('host') ?? '')}${decodeURIComponent(pathname)}`;
}
