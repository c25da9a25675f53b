import { loadConfig } from '../../config/config.ts';
import { StartFailure } from '../../config/start-failure.ts';
import { InvalidMessageError } from '../../platform/platform.ts';
import type { Command } from '../command.ts';
import { onPlatform } from '../on-platform.ts';
import { readArguments, usage } from './arguments.ts';
import { notify } from './notify.ts';

/** Sends a message through the outbox, as the server does; lists and resends the messages that were not sent. */
export const command: Command = {
  usage,
  async run(args, around) {
    const request = readArguments(args);
    const config = loadConfig(around.env);
    return onPlatform(config, around, async (database, platform) => {
      try {
        const parts = { prisma: database.prisma, platform, print: around.print };
        return (await notify(request, parts)) ? 0 : 1;
      } catch (error) {
        if (!(error instanceof InvalidMessageError)) throw error;
        throw new StartFailure(error.message);
      }
    });
  },
};
