import { once } from 'node:events';
import { createServer } from 'node:net';
import { deniedPort, StartFailure, takenBy } from '../../server/config/start-failure.ts';
import type { DevSettings } from './settings.ts';

/** A port that something of `npm run dev` will listen at. */
interface Wanted {
  port: number;
  host: string;
  /** In Chinese: the variable to change, and what it is for. */
  variable: string;
}

function wanted(settings: DevSettings): Wanted[] {
  const { host } = settings;
  const local = '127.0.0.1';
  return [
    { port: settings.port, host, variable: 'PORT，服务' },
    ...(settings.emulated
      ? [
          { port: settings.port + 1, host, variable: 'PORT 的下一个，浙政钉服务' },
          { port: settings.emulatorPort, host: local, variable: 'EMULATOR_PORT，平台仿真' },
        ]
      : []),
    { port: settings.simulatorPort, host: local, variable: 'SIMULATOR_PORT，模拟器' },
    { port: settings.consolePort, host, variable: 'SIMULATOR_PORT 的下一个，管理后台的页面' },
  ];
}

/**
 * Tries every port before anything is started, so that all taken ports are named at once, each with its variable.
 *
 * @throws StartFailure naming the ports that cannot be used.
 */
export async function checkPorts(settings: DevSettings): Promise<void> {
  const taken: number[] = [];
  const lines: string[] = [];
  for (const { port, host, variable } of wanted(settings)) {
    const code = await tryPort(port, host);
    if (code === 'EADDRINUSE') {
      taken.push(port);
      lines.push(`端口 ${port} 已被占用（${variable}）`);
    } else if (code === 'EACCES') {
      lines.push(`端口 ${port} 不允许使用（${variable}）：${deniedPort(port)}`);
    }
  }
  if (lines.length === 0) return;
  const [first] = taken;
  const remedy =
    first === undefined
      ? ['请在 .env 里换一个端口。']
      : [
          '多半是另一个 npm run dev 没有停，先停掉它；是别的程序在用，就在 .env 里换端口，例如 PORT=3010。',
          takenBy(first),
        ];
  throw new StartFailure([...lines, ...remedy].join('\n'));
}

/** @returns the system's code where the port cannot be listened at, or null. */
async function tryPort(port: number, host: string): Promise<string | null> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : null;
  }
  probe.close();
  await once(probe, 'close');
  return null;
}
