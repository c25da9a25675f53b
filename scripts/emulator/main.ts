/** `npx tsx scripts/emulator/main.ts`: the emulator alone, on EMULATOR_PORT (`.env`; 3100 by default). */
import { ConfigError, EnvironmentReader } from '../../server/config/environment.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart } from '../../server/config/start-failure.ts';
import { startEmulator } from './emulator.ts';

async function main(): Promise<void> {
  const reader = new EnvironmentReader(loadEnvironment());
  const port = reader.integer('EMULATOR_PORT', 3100, 0, 65_535);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  const emulator = await startEmulator({ port, log: (line) => console.log(line) });
  // Each address ends its line, so that terminals link exactly the address.
  console.log(`平台仿真已启动：${emulator.url}`);
  console.log(`可登录的人员：${emulator.url}/_emulator/people`);
  const stop = () => {
    void emulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch(failStart);
