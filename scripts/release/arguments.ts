import { parseArgs } from 'node:util';
import { versionPattern } from '../../server/config/mini-version.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

/** What `npm run release:mini` was asked to do. */
export interface ReleaseRequest {
  version: string;
  /** What has changed, for people; empty where it is still to be asked for. */
  notes: string[];
}

export const usage = `用法：
  npm run release:mini 1.2.0 "列表加了搜索"
  npm run release:mini -- --version 1.2.0 --note "列表加了搜索" --note "修复了……"
PowerShell 里请把 -- 写成 '--'。版本号是三段数字，要比上一版大。`;

/** @throws StartFailure in Chinese, with the usage. */
export function readArguments(args: readonly string[]): ReleaseRequest {
  const { values, positionals } = parsed(args);
  const words = [...positionals];
  const version = values.version ?? words.shift();
  if (version === undefined) throw new StartFailure(`没有写版本号。\n\n${usage}`);
  if (!versionPattern.test(version)) {
    throw new StartFailure(`“${version}”不是版本号：要三段数字，例如 1.2.0。\n\n${usage}`);
  }
  return { version, notes: [...(values.note ?? []), ...words].flatMap((note) => note.trim() || []) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { version: { type: 'string' }, note: { type: 'string', multiple: true } },
    });
  } catch {
    throw new StartFailure(`看不懂这些参数：${args.join(' ')}\n\n${usage}`);
  }
}
