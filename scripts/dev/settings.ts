import path from 'node:path';
import { defaultDataDir } from '../../server/config/constants.ts';
import { ConfigError, type Environment, EnvironmentReader } from '../../server/config/environment.ts';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

/** The settings of `npm run dev`, read from the environment before anything starts. */
export interface DevSettings {
  /** The server; with the emulator it is the DingTalk one, and 浙政钉's listens on the next port. */
  port: number;
  /** Where the server listens. */
  host: string;
  emulatorPort: number;
  simulatorPort: number;
  /** Vite's server of the console's pages, which come through the server's port. */
  consolePort: number;
  /** Whether the emulator stands in for the platform: where `.env` names no credentials. */
  emulated: boolean;
  platform: 'dingtalk' | 'zhezhengding';
  /** Where Vite keeps the packages of the console, bundled. */
  consoleCache: string;
  /** The folder that the IDE opens; the mini program is built into its `dist/mini`. */
  miniProject: string;
}

/**
 * The project's root, which people open in the IDE. A stack with its own data builds beside that data, and leaves the
 * root's package alone.
 */
function devMiniProject(dataDir: string): string {
  const beside = besideDatabase(dataDir);
  return beside === besideDatabase(defaultDataDir) ? projectRoot : path.join(beside, 'mini-project');
}

function besideDatabase(dataDir: string): string {
  return path.dirname(path.resolve(dataDir === 'memory' ? defaultDataDir : dataDir));
}

/** @throws StartFailure where `.env` is production's: what runs from the sources is development. */
export function refuseProductionSettings(env: Environment): void {
  if (env.NODE_ENV?.trim() !== 'production') return;
  throw new StartFailure(
    '这里是源代码，npm run dev 和 npm run cli 只用于开发，而 NODE_ENV 是 production。什么也没有做。\n' +
      '请换回开发的 .env（可以从 .env.example 复制）。生产环境的命令，在生产服务器的安装目录里运行：node dist/server/cli.js',
  );
}

/** @throws ConfigError for an invalid port, or a port that is used twice. */
export function readDevSettings(env: Environment): DevSettings {
  const reader = new EnvironmentReader(env);
  const platform = reader.oneOf('PLATFORM', ['dingtalk', 'zhezhengding'], 'dingtalk');
  const dataDir = reader.optional('DATA_DIR') ?? defaultDataDir;
  const simulatorPort = reader.integer('SIMULATOR_PORT', 3200, 1, 65_534);
  const settings: DevSettings = {
    port: reader.integer('PORT', 3000, 1, 65_534),
    host: reader.optional('HOST') ?? '127.0.0.1',
    emulatorPort: reader.integer('EMULATOR_PORT', 3100, 1, 65_535),
    simulatorPort,
    consolePort: simulatorPort + 1,
    emulated: reader.optional(platform === 'dingtalk' ? 'DINGTALK_APP_KEY' : 'ZHEZHENGDING_APP_KEY') === null,
    platform,
    consoleCache: path.join(besideDatabase(dataDir), 'console'),
    miniProject: devMiniProject(dataDir),
  };
  const taken = new Map([
    [settings.port, 'PORT'],
    [settings.port + 1, 'PORT + 1（浙政钉服务）'],
  ]);
  for (const [variable, port, example] of [
    ['EMULATOR_PORT', settings.emulatorPort, '3100'],
    ['SIMULATOR_PORT', settings.simulatorPort, '3200'],
    ['SIMULATOR_PORT', settings.consolePort, '3200'],
  ] as const) {
    const other = taken.get(port);
    if (other !== undefined) reader.complain(variable, `与 ${other} 相同，请换一个端口`, example);
    taken.set(port, variable);
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return settings;
}
