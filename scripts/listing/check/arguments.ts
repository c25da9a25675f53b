import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseAddress } from '../../../server/config/certificate.ts';
import { StartFailure } from '../../../server/config/start-failure.ts';

/** What `npm run check` was asked to do. */
export interface CheckRequest {
  /** The rules' ids; empty: all. */
  only: readonly string[];
  /** Whether standard output gets the JSON alone. */
  json: boolean;
  /** The file with production's variables; null: `.env` and the process's own. */
  envFile: string | null;
  /** `host:port` → whom to connect to instead. */
  connect: ReadonlyMap<string, { host: string; port: number }>;
  /** PEM of roots that are trusted beside those of browsers. */
  ca: string | undefined;
  help: boolean;
  /** What is not the real network, in Chinese. */
  rehearsal: readonly string[];
}

export const usage = `用法：
  npm run check                          查全部规则，写出 listing/check/体检报告.html
  npm run check 规则名 规则名            只查这几条，例如 npm run check certificate-dates
  npm run check -- --env 文件            生产的环境变量在这个文件里（默认是 .env）
  npm run check -- --json                只输出 JSON
演练（报告会注明，不能作为上架材料）：
  npm run check -- --connect 域名:端口=地址:端口    把这个地址换到别处，可以写多次
  npm run check -- --ca 文件.pem                   额外信任这个根证书
PowerShell 里请把 -- 写成 '--'。`;

/** @throws StartFailure in Chinese, with the usage. */
export function readArguments(args: readonly string[]): CheckRequest {
  const { values, positionals } = parsed(args);
  const connect = new Map<string, { host: string; port: number }>();
  for (const entry of values.connect ?? []) {
    const [from = '', to = '', ...more] = entry.split('=');
    const target = parseAddress(to);
    if (target === null || !/^[\w.-]+:\d+$/.test(from) || more.length > 0) {
      throw new StartFailure(`--connect 应写成“域名:端口=地址:端口”，不能是“${entry}”。\n\n${usage}`);
    }
    connect.set(from.toLowerCase(), target);
  }
  return {
    only: [...(values.only ?? []).flatMap((one) => one.split(',')), ...positionals],
    json: values.json ?? false,
    envFile: values.env ?? null,
    connect,
    ca: values.ca === undefined ? undefined : readText(values.ca),
    help: values.help ?? false,
    rehearsal: [
      ...(values.connect ?? []).map((entry) => `${entry.replace('=', ' 换成了 ')}。`),
      ...(values.ca === undefined ? [] : [`额外信任 ${values.ca} 里的根证书。`]),
    ],
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        env: { type: 'string' },
        connect: { type: 'string', multiple: true },
        ca: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch {
    throw new StartFailure(`看不懂这些参数：${args.join(' ')}\n\n${usage}`);
  }
}

/** @throws StartFailure where the file cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new StartFailure(`读不到文件 ${file}。请检查路径是否写对。`);
  }
}
