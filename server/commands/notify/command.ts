/** `npm run notify -- --to zhangsan --text "…"`: sends a message, or publishes a notice, by the server's own outbox. */

import { seed } from '../../../prisma/seed.ts';
import { readDevSettings } from '../../../scripts/dev/settings.ts';
import { type Emulator, startEmulator } from '../../../scripts/emulator/emulator.ts';
import { emulatorEnvironment } from '../../../scripts/emulator/environment.ts';
import { loadConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';
import { loadEnvironment } from '../../config/environment-file.ts';
import { failStart } from '../../config/start-failure.ts';
import { openDatabase } from '../../database/database.ts';
import { applyMigrations } from '../../database/migrations.ts';
import { createSealing } from '../../database/sealing.ts';
import { explainingDatabase } from '../../database/unavailable.ts';
import { createPlatform, databaseTokenStore } from '../../platform/index.ts';
import { InvalidMessageError } from '../../platform/platform.ts';
import { readArguments, UsageError } from './arguments.ts';
import { notify } from './notify.ts';
import { UnreachableError } from './receivers.ts';

async function main(): Promise<boolean> {
  const request = readArguments(process.argv.slice(2));
  const env = loadEnvironment();
  const settings = readDevSettings(env);
  const emulated = settings.emulated && env.NODE_ENV !== 'production';
  let own: Emulator | null = null;
  let variables: Environment = env;
  if (emulated) {
    const running = `http://127.0.0.1:${settings.emulatorPort}`;
    own = (await answers(running)) ? null : await startEmulator();
    if (own !== null)
      console.log('没有平台凭证，也没有运行 npm run dev：临时启动平台仿真，消息只到仿真平台。');
    variables = { ...env, ...emulatorEnvironment(settings.platform, own?.url ?? running) };
  }
  try {
    const config = loadConfig(variables);
    const database = await openDatabase(config.database);
    try {
      // A database of its own may be new; one that others run on is theirs to migrate.
      if (emulated || database.kind === 'embedded') {
        await database.withSchemaAdapter((adapter) => applyMigrations(adapter));
      }
      if (emulated) await seed(database.prisma);
      const platform = createPlatform(config.platform, {
        tokenStore: databaseTokenStore(database, createSealing(config.secretKey)),
      });
      try {
        return await notify(request, {
          prisma: database.prisma,
          platform,
          print: (line) => console.log(line),
        });
      } finally {
        await platform.close();
      }
    } finally {
      await database.close();
    }
  } finally {
    await own?.close();
  }
}

/** Whether `npm run dev` runs the emulator there. */
async function answers(emulatorUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${emulatorUrl}/_emulator/people`, { signal: AbortSignal.timeout(2000) });
    return response.ok && Array.isArray(await response.json());
  } catch {
    return false;
  }
}

explainingDatabase(main).then(
  (sent) => process.exit(sent ? 0 : 1),
  (error: unknown) => {
    const forPeople = [UsageError, UnreachableError, InvalidMessageError].some(
      (type) => error instanceof type,
    );
    if (!forPeople || !(error instanceof Error)) failStart(error);
    console.error(error.message);
    process.exit(1);
  },
);
