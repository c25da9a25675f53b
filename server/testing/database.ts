import { type Database, openDatabase } from '../database/database.ts';
import { type Contents, embeddedImage } from './embedded-image.ts';
import { copyTemplate, dropPostgresDatabase } from './postgres-databases.ts';

export const testDatabaseKind = () =>
  process.env.TEST_DATABASE === 'postgresql' ? 'postgresql' : 'embedded';

export interface TestDatabase extends Database {
  /** Its PostgreSQL address; null for the embedded one. */
  url: string | null;
}

/** A fresh, migrated, empty database; `close` drops it. */
export const createTestDatabase = (): Promise<TestDatabase> => open('empty');

/** The same with the seed's people and notices in it. */
export const createSeededDatabase = (): Promise<TestDatabase> => open('seeded');

async function open(contents: Contents): Promise<TestDatabase> {
  if (testDatabaseKind() === 'embedded') {
    const image = await embeddedImage(contents);
    const database = await openDatabase({
      url: null,
      dataDir: 'memory',
      image,
      poolSize: 1,
      timeoutMs: 10_000,
    });
    return { ...database, url: null };
  }
  const url = await copyTemplate(contents);
  const database = await openDatabase({ url, dataDir: '', poolSize: 10, timeoutMs: 10_000 });
  return {
    ...database,
    url,
    async close() {
      await database.close();
      // Not awaited; databases that are left are dropped at the end of the run.
      dropPostgresDatabase(url).catch(() => undefined);
    },
  };
}
