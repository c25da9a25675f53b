import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Database, openDatabase } from '../database/database.ts';
import { testDatabaseKind } from './database.ts';
import { type Contents, embeddedImage } from './embedded-image.ts';
import { copyTemplate, dropPostgresDatabase } from './postgres-databases.ts';

/** A database that a command opens by itself, as `.env` names it. */
export interface CommandDatabase {
  /** The settings that name it. */
  env: Record<string, string>;
  /** Opens it for a test; nothing else may have it open where it is the embedded one. */
  open(): Promise<Database>;
  remove(): Promise<void>;
}

export async function createCommandDatabase(contents: Contents): Promise<CommandDatabase> {
  if (testDatabaseKind() === 'postgresql') {
    const url = await copyTemplate(contents);
    return {
      env: { DATABASE_URL: url },
      open: () => openDatabase({ url, dataDir: '', poolSize: 2, timeoutMs: 10_000 }),
      remove: () => dropPostgresDatabase(url),
    };
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'command-'));
  const dataDir = path.join(folder, 'database');
  const config = { url: null, dataDir, poolSize: 1, timeoutMs: 10_000 };
  await (await openDatabase({ ...config, image: await embeddedImage(contents) })).close();
  return {
    env: { DATA_DIR: dataDir },
    open: () => openDatabase(config),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
