import { parseArgs } from 'node:util';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { type CheckRequest, readArguments } from '../check/arguments.ts';

export const usage = `用法：
  npm run listing                  体检一遍，生成 listing/上架材料 和 listing/上架材料.zip
  npm run listing 文件夹           生成到这个文件夹里
  npm run listing -- --env 文件    生产的环境变量在这个文件里（默认是 .env）
演练（材料会注明，不能提交）：--connect、--ca，与 npm run check 相同。
PowerShell 里请把 -- 写成 '--'。`;

/** What `npm run listing` was asked to do: as `npm run check`, and where to. */
export type ListingRequest = CheckRequest & { out: string };

/** @returns null where the usage is asked for. @throws StartFailure in Chinese, with the usage. */
export function readRequest(args: readonly string[]): ListingRequest | null {
  const { values, positionals } = parsed(args);
  if (values.help === true) return null;
  const [out = 'listing', ...more] = [...(values.out === undefined ? [] : [values.out]), ...positionals];
  if (more.length > 0) throw new StartFailure(`只能写一个文件夹：${more.join(' ')} 多余。\n\n${usage}`);
  const shared = readArguments([
    ...(values.env === undefined ? [] : ['--env', values.env]),
    ...(values.ca === undefined ? [] : ['--ca', values.ca]),
    ...(values.connect ?? []).flatMap((entry) => ['--connect', entry]),
  ]);
  return { ...shared, out };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
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
