import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { applyMigrations } from '../database/migrations.ts';
import { createSealing } from '../database/sealing.ts';
import { createPlatform, databaseTokenStore } from '../platform/index.ts';
import type { Platform } from '../platform/platform.ts';
import type { Surroundings } from './command.ts';
import { onDatabase } from './on-database.ts';

/** As {@link onDatabase}, with the configured platform, whose app token the servers' database shares. */
export function onPlatform<T>(
  config: Config,
  around: Surroundings,
  work: (database: Database, platform: Platform) => Promise<T>,
): Promise<T> {
  return onDatabase(around, async (database) => {
    // An embedded database may be new. On any other, servers run, and migrations are theirs.
    if (database.kind === 'embedded') await applyMigrations(database);
    const tokenStore = databaseTokenStore(database, createSealing(config.secretKey));
    const platform = createPlatform(config.platform, { tokenStore });
    try {
      return await work(database, platform);
    } finally {
      await platform.close();
    }
  });
}
