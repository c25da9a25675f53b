import { type ParseArgsConfig, parseArgs } from 'node:util';
import { StartFailure } from '../server/config/start-failure.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads a command line. `name=value` stands for the option `--name=value`: PowerShell's npm swallows the `--` that
 * options need.
 *
 * @throws StartFailure in Chinese, with the usage, for an option that there is not.
 */
export function readWords<const T extends Options>(args: readonly string[], options: T, usage: string) {
  const isOption = (word: string) =>
    options[word.slice(0, Math.max(0, word.indexOf('=')))]?.type === 'string';
  try {
    return parseArgs({
      args: args.map((word) => (isOption(word) ? `--${word}` : word)),
      allowPositionals: true,
      options,
    });
  } catch {
    throw new StartFailure(`看不懂这些参数：${args.join(' ')}\n\n${usage}`);
  }
}
