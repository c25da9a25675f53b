import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { pack } from './pack.ts';
import { packUsage, readPackArguments } from './target.ts';

/** `npm run build pack …`: one archive that installs on a machine without internet. */
export async function packApp(words: readonly string[]): Promise<void> {
  if (words.includes('--help')) return console.log(packUsage);
  const options = readPackArguments(words);
  const { node } = options;
  if (node !== null && node !== 'recommended' && !existsSync(node.file)) {
    throw new StartFailure(`找不到 ${node.file}，请检查路径。`);
  }
  if (!existsSync(path.join(projectRoot, 'deploy'))) {
    console.log('还没有 deploy/：包里不会有网关和 systemd 的配置。需要的话先运行 npm run deploy:files。');
  }
  const { archive, sha256, files } = await pack(options, console.log);
  const megabytes = (await stat(archive)).size / 1024 / 1024;
  console.log(`完成：${archive}（${megabytes.toFixed(1)} MB，${files} 个文件）`);
  console.log(`SHA-256：${sha256}`);
  console.log('传到服务器，解开，然后运行 node manage.mjs verify 核对。步骤见 scripts/docs/deploy.md。');
}
