import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT } from '../../../../server/testing/child.ts';

export interface MiniCopy {
  /** Folder of `app.json`. */
  root: string;
  remove(): Promise<void>;
}

/**
 * A copy of the mini program that a test may edit. It stands inside the project, where npm packages are found,
 * and outside what Vite never watches (`test-results`, `node_modules`).
 */
export async function copyMini(): Promise<MiniCopy> {
  const parent = path.join(PROJECT, '.data');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, 'mini-copy-'));
  const root = path.join(folder, 'mini');
  await cp(path.join(PROJECT, 'mini'), root, { recursive: true });
  return { root, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
