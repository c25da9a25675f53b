import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../config/paths.ts';

export interface ProjectCopy {
  root: string;
  remove(): Promise<void>;
}

const parts = [
  'mini',
  'scripts',
  'server',
  'prisma',
  // The console's page of settings reads it.
  'docs/settings.md',
  'package.json',
  'mini.project.json',
  'tsconfig.json',
] as const;

/** The project in a folder of its own, where a test may change sources and build; the packages are the project's. */
export async function copyProject(): Promise<ProjectCopy> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'project-'));
  await Promise.all(
    parts.map((part) => cp(path.join(projectRoot, part), path.join(root, part), { recursive: true })),
  );
  await symlink(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'), 'junction');
  return { root, remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }) };
}
