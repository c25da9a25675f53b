/**
 * `npm run cli …`: the operator's commands and those of development. Without a platform in `.env`, messages go to the
 * emulator.
 */

import { existsSync } from 'node:fs';
import { seed, seededUsernames } from '../../prisma/seed.ts';
import type { Command } from '../../server/commands/command.ts';
import { commands, type Listed, main } from '../../server/commands/main.ts';
import { onDatabase } from '../../server/commands/on-database.ts';
import { atTerminal } from '../../server/commands/terminal.ts';
import type { Environment } from '../../server/config/environment.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart, StartFailure } from '../../server/config/start-failure.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';
import { listingFile, loadListing } from '../listing/listing-file.ts';
import { readDevSettings, refuseProductionSettings } from './settings.ts';

/** Prisma: there is no such table, or no such column. */
const notMigrated = new Set(['P2021', 'P2022']);

const seeding: Command = {
  usage: '用法：npm run cli db:seed    补上缺少的开发账号和示例数据，已有的不改动',
  async run(_args, around) {
    return onDatabase(around, async ({ prisma }) => {
      try {
        const { users, samples } = await seed(prisma);
        around.print(`新增 ${users} 个开发账号、${samples} 条示例数据（已有的不改动）。`);
        return 0;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && notMigrated.has(String(error.code)))) throw error;
        throw new StartFailure(
          '数据库里还没有表，或者缺了新的列。请先运行 npm run cli db:migrate，再运行 npm run cli db:seed。',
        );
      }
    });
  },
};

const known: Readonly<Record<string, Listed>> = {
  ...commands,
  'db:seed': { summary: '写入开发账号和示例数据（只在开发时）', load: async () => ({ command: seeding }) },
  'db:diff': {
    summary: '改了表结构以后，写出新的迁移（只在开发时）',
    load: () => import('./database/diff-command.ts'),
  },
};

/** Fills in what `.env` leaves open: the domain from listing.yaml, and the emulator as the platform. */
async function withDevelopment(command: string | undefined, env: Environment): Promise<Environment> {
  if (command === 'cert') {
    if (env.PUBLIC_ORIGIN || !existsSync(listingFile)) return env;
    const { name } = (await loadListing()).domain;
    return name === null ? env : { ...env, PUBLIC_ORIGIN: `https://${name}` };
  }
  refuseProductionSettings(env);
  const settings = readDevSettings(env);
  if (command !== 'notify' || !settings.emulated) return env;
  const running = `http://127.0.0.1:${settings.emulatorPort}`;
  if (await answers(running)) return { ...env, ...emulatorEnvironment(settings.platform, running) };
  console.log('没有平台凭证，也没有运行 npm run dev：临时启动平台仿真，消息只到仿真平台。');
  return { ...env, ...emulatorEnvironment(settings.platform, (await startEmulator()).url) };
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

try {
  const words = process.argv.slice(2);
  const env = await withDevelopment(words[0], loadEnvironment());
  process.exit(await main(words, { ...atTerminal(env), invented: seededUsernames }, known));
} catch (error) {
  failStart(error);
}
