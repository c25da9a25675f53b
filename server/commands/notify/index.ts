import { loadConfig } from '../../config/config.ts';
import { StartFailure } from '../../config/start-failure.ts';
import { applyMigrations } from '../../database/migrations.ts';
import { createSealing } from '../../database/sealing.ts';
import { createPlatform, databaseTokenStore } from '../../platform/index.ts';
import { InvalidMessageError } from '../../platform/platform.ts';
import type { Command } from '../command.ts';
import { onDatabase } from '../on-database.ts';
import { readArguments, usage } from './arguments.ts';
import { notify } from './notify.ts';

/** Sends a message, or publishes a notice, by the server's own outbox. */
export const command: Command = {
  usage,
  async run(args, around) {
    const request = readArguments(args);
    const config = loadConfig(around.env);
    return onDatabase(around, async (database) => {
      // A database of its own may be new; one that others run on is theirs to migrate.
      if (database.kind === 'embedded') {
        await applyMigrations(database);
      }
      const platform = createPlatform(config.platform, {
        tokenStore: databaseTokenStore(database, createSealing(config.secretKey)),
      });
      try {
        const parts = { prisma: database.prisma, platform, print: around.print };
        return (await notify(request, parts)) ? 0 : 1;
      } catch (error) {
        if (!(error instanceof InvalidMessageError)) throw error;
        throw new StartFailure(error.message);
      } finally {
        await platform.close();
      }
    });
  },
};
