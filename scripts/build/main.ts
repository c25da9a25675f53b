import { failStart } from '../../server/config/start-failure.ts';
import { buildInto } from './server.ts';

/** `npm run build`: what production runs, into `dist`. */
async function main(): Promise<void> {
  const { page, firstPageBytes } = await buildInto('dist');
  console.log(
    `已构建 dist/console。首次打开最多下载 ${Math.ceil(firstPageBytes / 1024)} KB（gzip，最大的一页是 ${page}）。`,
  );
  console.log('已构建 dist/server。在生产环境用 npm start 启动（先按 README.md 配置环境变量）。');
}

main().catch(failStart);
