import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type { PrismaPGlite } from 'pglite-prisma-adapter';
import { StartFailure } from '../config/start-failure.ts';
import type { Connection } from './connection.ts';

/** PostgreSQL's default of 128 MB is taken at the start; a developer's database is smaller. */
const sharedBuffers = '16MB';

/** Two processes in one PGlite folder damage it, so a lock file keeps the second one out. */
export class EmbeddedDatabaseInUse extends StartFailure {
  override readonly name = 'EmbeddedDatabaseInUse';
  constructor(folder: string, pid: number) {
    super(
      `内置数据库 ${folder} 正被进程 ${pid} 使用（多半是另一个 npm run dev）。` +
        `请先停止那个进程（如果它与本项目无关，请删除 ${folder}.lock）；` +
        '如需同时运行多个进程，请在 .env 中设置 DATABASE_URL 使用 PostgreSQL。',
    );
  }
}

/** The packages of the embedded database are for development; a production installation leaves them out. */
export class EmbeddedDatabaseMissing extends StartFailure {
  override readonly name = 'EmbeddedDatabaseMissing';
  constructor() {
    super(
      '没有设置 DATABASE_URL，而内置数据库只供开发使用，这里没有安装。请在 .env 中设置 DATABASE_URL，使用 PostgreSQL。',
    );
  }
}

export interface EmbeddedDatabase {
  adapter: PrismaPGlite;
  client: PGlite;
  /** Runs `work` on the only connection. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the embedded PostgreSQL (PGlite) in `dataDir`, or in memory for `memory`.
 *
 * @param image what a new database starts from, as PGlite's `dumpDataDir` gives it; an empty one by default.
 * @throws EmbeddedDatabaseInUse when a live process holds the folder's lock; EmbeddedDatabaseMissing where its packages
 * are not installed.
 */
export async function openEmbedded(dataDir: string, image?: Blob): Promise<EmbeddedDatabase> {
  const { PGlite, PrismaPGlite } = await loadPackages();
  const release = dataDir === 'memory' ? async () => {} : await lockFolder(dataDir);
  try {
    const client = await PGlite.create({
      ...(dataDir !== 'memory' && { dataDir }),
      startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${sharedBuffers}`],
      ...(image !== undefined && { loadDataDir: image }),
    });
    // As for every connection to PostgreSQL, see time-zone.ts.
    await client.exec("SET TIME ZONE 'UTC'");
    return {
      adapter: new PrismaPGlite(client),
      client,
      withConnection: (work) =>
        work({
          query: async <Row>(statement: string, values?: unknown[]) =>
            (await client.query<Row>(statement, values)).rows,
          run: async (script) => void (await client.exec(script)),
        }),
      async close() {
        if (!client.closed) await client.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function loadPackages() {
  try {
    // biome-ignore lint/correctness/noUndeclaredDependencies: for development alone; what follows says so elsewhere.
    const { PGlite } = await import('@electric-sql/pglite');
    // biome-ignore lint/correctness/noUndeclaredDependencies: for development alone.
    const { PrismaPGlite } = await import('pglite-prisma-adapter');
    return { PGlite, PrismaPGlite };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new EmbeddedDatabaseMissing();
  }
}

/**
 * Creates the lock file of a folder, or takes over one whose process has ended.
 *
 * @returns the function that releases it.
 * @throws EmbeddedDatabaseInUse when a live process holds it.
 */
export async function lockFolder(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(path.dirname(dataDir), { recursive: true });
  const file = `${dataDir}.lock`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const content = await readFile(file, 'utf8').catch(() => '');
      // Another process has just created the file and not yet written its number.
      if (content === '' && attempt < 10) {
        await delay(20);
        continue;
      }
      const holder = Number(content);
      // This process's own number: a former process had the same one, as in a restarted container.
      if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder)) {
        throw new EmbeddedDatabaseInUse(dataDir, holder);
      }
      // Left behind by a process that was killed.
      await rm(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
