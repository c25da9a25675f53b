import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT } from '../../../testing/child.ts';
import setupBrowser from '../../../testing/e2e-setup.ts';

/**
 * Before all browser tests: finds a browser, and builds the console into a folder of this run, so that the present
 * sources are tested.
 */
export default async function setup(): Promise<void> {
  await setupBrowser();
  if (process.env.E2E_WITHOUT_BROWSER !== undefined) return;
  const folder = path.join(PROJECT, '.data', `console-e2e-${process.pid}`);
  const tsx = createRequire(path.join(PROJECT, 'package.json')).resolve('tsx');
  const script = path.join(PROJECT, 'server', 'console', 'e2e', 'support', 'build-console.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(tsx).href, script, folder],
    { cwd: PROJECT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`管理后台没有构建成功：\n${stdout}${stderr}`);
  process.env.E2E_CONSOLE_FOLDER = folder;
}
