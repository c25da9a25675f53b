import { readFileSync } from 'node:fs';
import { parseAddress } from '../../../server/config/certificate.ts';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { readWords } from '../../words.ts';

/** The command line of `npm run check` and `npm run listing`. */
export interface CheckRequest {
  /** The words beside the options: rules' ids, or a folder. */
  words: readonly string[];
  /** Whether standard output gets the JSON alone. */
  json: boolean;
  /** The file with production's variables; null: `.env` and the process's own. */
  envFile: string | null;
  /** `host:port` → the address to connect to instead. */
  connect: ReadonlyMap<string, { host: string; port: number }>;
  /** PEM of roots that are trusted beside those of browsers. */
  ca: string | undefined;
  /** Replacements of the real network or roots, in Chinese: they make the check a rehearsal. */
  rehearsal: readonly string[];
}

export const checkUsage = `用法：
  npm run check                          查全部规则，写出 listing/check/体检报告.html
  npm run check 规则名 规则名            只查这几条，例如 npm run check certificate-dates
  npm run check env=文件                 生产的环境变量在这个文件里（默认是 .env）
  npm run check -- --json                只输出 JSON（PowerShell 里请把 -- 写成 '--'）
演练（报告会注明，不能作为上架材料）：
  npm run check connect=域名:端口=地址:端口         把这个地址换到别处，可以写多次
  npm run check ca=文件.pem                        额外信任这个根证书`;

export const listingUsage = `用法：
  npm run listing                  体检一遍，生成 listing/上架材料 和 listing/上架材料.zip
  npm run listing ask              逐项填写 listing.yaml；npm run listing ask --help 看怎么用
  npm run listing 文件夹           生成到这个文件夹里
  npm run listing env=文件         生产的环境变量在这个文件里（默认是 .env）
演练（材料会注明，不能提交）：connect=、ca=，与 npm run check 相同。
选项也可以写成 -- --ca 文件.pem（PowerShell 里请把 -- 写成 '--'）。`;

const options = {
  json: { type: 'boolean' },
  env: { type: 'string' },
  connect: { type: 'string', multiple: true },
  ca: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @returns null where the usage is asked for. @throws StartFailure in Chinese, with the usage. */
export function readArguments(args: readonly string[], usage: string): CheckRequest | null {
  const { values, positionals } = readWords(args, options, usage);
  if (values.help === true) return null;
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
    words: positionals,
    json: values.json ?? false,
    envFile: values.env ?? null,
    connect,
    ca: values.ca === undefined ? undefined : readText(values.ca),
    rehearsal: [
      ...(values.connect ?? []).map((entry) => `${entry.replace('=', ' 换成了 ')}。`),
      ...(values.ca === undefined ? [] : [`额外信任 ${values.ca} 里的根证书。`]),
    ],
  };
}

/** @throws StartFailure where the file cannot be read. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new StartFailure(`读不到文件 ${file}。请检查路径是否写对。`);
  }
}
