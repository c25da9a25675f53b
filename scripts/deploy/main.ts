import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';
import { failStart, StartFailure } from '../../server/config/start-failure.ts';
import { listingFile, loadListing } from '../listing/listing-file.ts';
import { writeGenerated } from '../report/generated.ts';
import { readWords } from '../words.ts';
import { deployFiles } from './files.ts';
import { deployPlan, planWarnings } from './plan.ts';
import { serviceName } from './service-name.ts';

const usage = `用法：npm run deploy:files [覆盖 | --force]
从 ${listingFile} 生成 deploy/ 下的网关、systemd、环境变量和架构图文件。改过的文件不会被覆盖，除非写“覆盖”。`;

/** `npm run deploy:files`: writes what a deployment needs into `deploy/`. */
async function main(): Promise<void> {
  const { values, positionals } = readWords(
    process.argv.slice(2),
    { force: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    usage,
  );
  if (values.help) return console.log(usage);
  const word = positionals[0];
  if (positionals.length > 1 || (word !== undefined && word !== '覆盖')) throw new StartFailure(usage);
  const plan = deployPlan(await loadListing(), await serviceName());
  const files = deployFiles(plan, await readFile(path.join(projectRoot, '.env.example'), 'utf8'));
  const results = await writeGenerated('deploy', files, {
    beside: (file) => `${file}.new`,
    force: values.force || word === '覆盖',
  });

  let edited = false;
  for (const [at, result] of results.entries()) {
    const purpose = files[at]?.purpose ?? '';
    if (result.what === 'edited') {
      edited = true;
      console.log(`  保留   deploy/${result.path}：改过，没有覆盖；新的在 deploy/${result.newPath}`);
    } else {
      const done = result.what === 'written' ? '已写入' : '没变化';
      console.log(`  ${done} deploy/${result.path}：${purpose}`);
    }
  }
  for (const warning of planWarnings(plan)) console.warn(`  注意   ${warning}`);
  console.log(
    edited
      ? '请对照 .new 文件合并您的改动。要用新的完全替换：npm run deploy:files 覆盖'
      : '下一步见 scripts/docs/deploy.md。',
  );
}

main().catch(failStart);
