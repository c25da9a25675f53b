import type { Environment } from '../../server/config/environment.ts';
import { versionPattern } from '../../server/config/mini-version.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { readWords } from '../words.ts';

/** What `npm run release:mini` was asked to do. */
export interface ReleaseRequest {
  /** null: no new version. The last one is uploaded, or the sources are previewed. */
  version: string | null;
  /** What has changed, for people; empty where it is still to be asked for. */
  notes: string[];
  upload: boolean;
  /** The environment of the preview; null without a preview. */
  preview: 'test' | 'production' | null;
}

export const usage = `用法：
  npm run release:mini 1.2.0 "列表加了搜索"           检查，构建正式包，写出发布步骤
  npm run release:mini 1.2.0 "列表加了搜索" upload    再上传到钉钉，给出体验版的二维码
  npm run release:mini upload                        上传已经构建好的那一版
  npm run release:mini preview                       真机预览测试环境；preview production 是正式环境
也可以写成 --version、--note、--upload、--preview（前面加 --，PowerShell 里写成 '--'）。版本号是三段数字，要比上一版大。`;

const options = {
  version: { type: 'string' },
  note: { type: 'string', multiple: true },
  upload: { type: 'boolean', default: false },
  preview: { type: 'boolean', default: false },
} as const;

/**
 * @param env of the process: in `npm run release:mini 1.2.0 --upload`, npm takes the option and passes it on as a
 *   variable.
 * @throws StartFailure in Chinese, with the usage.
 */
export function readArguments(args: readonly string[], env: Environment = process.env): ReleaseRequest {
  const { values, positionals } = readWords(args, options, usage);
  const words = [...positionals];
  const kept = (name: string) => {
    const value = env[`npm_config_${name}`];
    // npm takes the word after an option for its value.
    if (value !== undefined && value !== 'true' && value !== '') words.unshift(value);
    return value !== undefined && value !== 'false';
  };
  const given = [kept('upload'), kept('preview')];
  const take = (...choices: string[]) => {
    const at = words.findIndex((word) => choices.includes(word));
    return at < 0 ? null : (words.splice(at, 1)[0] ?? null);
  };
  const upload = values.upload || take('upload') !== null || given[0] === true;
  const preview = values.preview || take('preview') !== null || given[1] === true;
  const environment = preview ? take('test', 'production') : null;
  const version = values.version ?? words.shift() ?? null;
  if (version === null && !upload && !preview) throw new StartFailure(`没有写版本号。\n\n${usage}`);
  if (version !== null && !versionPattern.test(version)) {
    throw new StartFailure(`“${version}”不是版本号：要三段数字，例如 1.2.0。\n\n${usage}`);
  }
  return {
    version,
    notes: [...(values.note ?? []), ...words].flatMap((note) => note.trim() || []),
    upload,
    preview: preview ? (version !== null || environment === 'production' ? 'production' : 'test') : null,
  };
}
