import { databaseUrlExample, defaultDataDir } from './constants.ts';
import { ConfigError, type Environment, EnvironmentReader } from './environment.ts';

export interface DatabaseConfig {
  /** A `postgresql://` address, or null for the embedded database. */
  url: string | null;
  /** Folder of the embedded database; `memory` keeps nothing. Used when `url` is null. */
  dataDir: string;
  /** What a new embedded database starts from, as PGlite's `dumpDataDir` gives it; an empty one by default. */
  image?: Blob;
  /** Connections of one process to PostgreSQL. */
  poolSize: number;
  /** Longest wait for a connection, and longest run of one statement, in milliseconds. */
  timeoutMs: number;
}

/** Reads where the database is; complains to `reader` about wrong settings. */
export function readDatabase(reader: EnvironmentReader): DatabaseConfig {
  const url = reader.optional('DATABASE_URL');
  if (url !== null && !(/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url))) {
    reader.complain(
      'DATABASE_URL',
      '不是 PostgreSQL 地址（密码里的 # / ? % @ 要写成 %23 %2F %3F %25 %40）',
      databaseUrlExample,
    );
  }
  return {
    url,
    dataDir: reader.optional('DATA_DIR') ?? defaultDataDir,
    poolSize: reader.integer('DATABASE_POOL', 10, 2, 500),
    timeoutMs: reader.integer('DATABASE_TIMEOUT_MS', 5000, 100, 60_000),
  };
}

/**
 * The database's part of the configuration alone, for tools that need no platform.
 *
 * @throws ConfigError as {@link loadConfig} does.
 */
export function loadDatabaseConfig(env: Environment): DatabaseConfig {
  const reader = new EnvironmentReader(env);
  const config = readDatabase(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}
