/** Folders that the IDE opens: `mini.project.json`, and the package in `dist/mini`, which that file names. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import type { Environment } from './config.ts';

const projectFile = 'mini.project.json';

/** Where the package of an IDE's project lies. */
export const packageFolder = (project: string): string => path.join(project, 'dist', 'mini');

/**
 * The project that the IDE opens for an environment: the project's root for development. What is uploaded has a folder
 * of its own, because a running `npm run dev` writes the development package into the root's again and again.
 */
export const ideProject = (env: Environment): string =>
  env === 'development' ? projectRoot : path.join(projectRoot, 'dist', `mini-${env}`);

/** Makes a folder a project for the IDE by the project file of `root`. */
export async function writeProjectFile(project: string, root = projectRoot): Promise<void> {
  if (path.resolve(project) === path.resolve(root)) return;
  await mkdir(project, { recursive: true });
  await copyFile(path.join(root, projectFile), path.join(project, projectFile));
}
