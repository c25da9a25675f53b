/**
 * `npm run build`: what production runs, and the mini program's development package, into `dist`;
 * `npm run build mini …`: a package of the mini program alone; `npm run build pack …`: the archive for a server.
 */
import { failStart, StartFailure } from '../../server/config/start-failure.ts';
import { buildMiniProgram } from './mini/command.ts';
import { buildInto } from './server.ts';

const usage = `用法：
  npm run build                                         构建服务端、管理后台和小程序的开发包
  npm run build mini [development | test | production]  只构建小程序，默认是开发包
  npm run build pack [x64 | arm64] …                    打服务器的安装包，没有外网也能装
  另外可以写：--server 网址 换服务端地址，--out 文件夹 只把包写到那里，--watch 改了就重新构建`;

async function main([part, ...more]: readonly string[]): Promise<void> {
  if (part === 'mini') return mini(more);
  if (part === 'pack') return (await import('../deploy/pack/command.ts')).packApp(more);
  if (part !== undefined) throw new StartFailure(usage);
  const pages = await buildInto('dist');
  if (pages !== null) {
    const { page, firstPageBytes } = pages;
    console.log(
      `已构建 dist/console。首次打开最多下载 ${Math.ceil(firstPageBytes / 1024)} KB（gzip，最大的一页是 ${page}）。`,
    );
  }
  console.log(
    '已构建 dist/server。在生产环境用 node dist/server/main.js 启动（先按 docs/settings.md 配置环境变量）。',
  );
  await mini([]);
}

/** Tells a mistake in the mini program without a stack, which would only name the tools. */
async function mini(args: readonly string[]): Promise<void> {
  try {
    await buildMiniProgram(args);
  } catch (error) {
    throw new StartFailure(error instanceof Error ? error.message : String(error));
  }
}

main(process.argv.slice(2).filter((word) => word !== '--')).catch(failStart);
