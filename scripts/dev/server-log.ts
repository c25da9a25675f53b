import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pretty from 'pino-pretty';
import { projectRoot } from '../../server/config/paths.ts';

/** Remedies for faults that the server logs without one. */
const remedies: Readonly<Record<string, string>> = {
  PLATFORM_FAULT: '平台那边出错了，稍后再试。用平台仿真时，请看模拟器里开着哪些故障',
  PLATFORM_TIMEOUT: '平台没有在时限内应答：检查网络和代理。用平台仿真时，请看模拟器里开着哪些故障',
  PLATFORM_BUSY: '平台在限流，人会自动排队，不用处理',
  PLATFORM_MISCONFIGURED: '检查 .env 里的平台凭证，以及开放平台后台的权限和出口 IP 白名单',
  DATABASE_UNAVAILABLE: '检查数据库是否在运行、DATABASE_URL 是否正确',
};
const ERROR_LEVEL = 50;

interface LoggedError {
  type?: string;
  message?: string;
  stack?: string;
}

interface LogLine {
  level?: number;
  time?: number;
  code?: string;
  reqId?: string;
  remedy?: string;
  err?: LoggedError;
}

/** The server's log for the person who develops: faults in three lines, the rest as pino-pretty writes it. */
export function terminalLog(print: (text: string) => void): { write(line: string): void } {
  const rest = pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname' });
  return {
    write(line: string) {
      const text = inThreeLines(line);
      if (text === null) rest.write(line);
      else print(text);
    },
  };
}

/**
 * What happened, where or why, and what to do about it.
 * @returns null for a line that is no failed request
 */
export function inThreeLines(line: string): string | null {
  const { level = 0, time = 0, code, reqId, remedy, err }: LogLine = JSON.parse(line);
  if (level < ERROR_LEVEL || code === undefined || reqId === undefined) return null;
  const clock = new Date(time).toLocaleTimeString('zh-CN', { hour12: false });
  const message = (err?.message ?? err?.type ?? '').replace(/\s*\n\s*/g, ' ');
  const place = ownFrame(err?.stack ?? '');
  const todo = remedy ?? remedies[code];
  return [
    `[${clock}] 请求没有完成：${code}，请求编号 ${reqId}`,
    `  ${message}`,
    todo === undefined ? `  在 ${place ?? '依赖包里'}` : `  怎么办：${todo.replace(/\s*\n\s*/g, ' ')}`,
  ].join('\n');
}

/** The first place of a stack that is in the project's own files. */
function ownFrame(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const [, file = '', at = ''] = /^\s+at (?:[^(]*? \()?(.+?)((?::\d+){2})\)?$/.exec(line) ?? [];
    const absolute = file.startsWith('file:') ? fileURLToPath(file) : file;
    const relative = path.relative(projectRoot, absolute);
    if (path.isAbsolute(absolute) && !/^\.\.|node_modules/.test(relative)) return relative + at;
  }
  return undefined;
}
