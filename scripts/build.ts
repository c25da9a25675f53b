/**
 * `npm run build`: `dist/server` (JavaScript for `npm start`) and `dist/prisma` (the schema, and the migrations
 * that the server applies at its start). Nothing of the tests and development tools gets there.
 */
import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { failStart, StartFailure } from '../server/start-failure.ts';

function compileServer(): void {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.server.json'];
  const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' });
  if (status !== 0) throw new StartFailure('服务端有类型错误（见上），没有构建。');
}

async function copyDatabaseFiles(): Promise<void> {
  await cp('prisma/schema.prisma', 'dist/prisma/schema.prisma');
  await cp('prisma/migrations', 'dist/prisma/migrations', { recursive: true });
}

async function main(): Promise<void> {
  await rm('dist/server', { recursive: true, force: true });
  await rm('dist/prisma', { recursive: true, force: true });
  compileServer();
  await copyDatabaseFiles();
  console.log('已构建 dist/server。在生产环境用 npm start 启动（先按 README.md 配置环境变量）。');
}

main().catch(failStart);
