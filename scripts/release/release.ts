import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../server/start-failure.ts';
import { type BuildResult, buildMini } from '../mini/build.ts';
import { readConfig } from '../mini/config.ts';
import type { ReleaseRequest } from './arguments.ts';
import { openChangelog } from './changelog.ts';
import { checkMini, type OpenPoint } from './checks.ts';
import { type Release, stepsMarkdown, stepsPage } from './steps.ts';
import { openVersionFile, refuseOldVersion } from './version-file.ts';

export interface Released {
  release: Release;
  /** The written steps, as paths from the root: the page first. */
  steps: string[];
}

/**
 * Writes the version, checks, builds the production package into a project of its own for the IDE, and writes the
 * change log and the steps. Whatever fails leaves the version as it was, and writes nothing else.
 *
 * @param root the project's folder.
 * @throws StartFailure in Chinese.
 */
export async function releaseMini(root: string, { version, notes }: ReleaseRequest): Promise<Released> {
  const changelog = await openChangelog(root);
  const versionFile = await openVersionFile(root);
  refuseOldVersion(version, versionFile.version, changelog.released);
  const source = path.join(root, 'mini');
  const folder = path.join('release', 'mini');
  let built: BuildResult;
  let openPoints: OpenPoint[];
  await versionFile.write(versionFile.with(version));
  try {
    // A placeholder in the configuration is told before all that follows from it.
    await explained(readConfig(source, 'production'));
    openPoints = await checkMini(root);
    built = await explained(
      buildMini({ env: 'production', source, outDir: path.join(root, folder, 'dist', 'mini') }),
    );
  } catch (error) {
    await versionFile.write(versionFile.text);
    throw error;
  }
  await copyFile(path.join(root, 'mini.project.json'), path.join(root, folder, 'mini.project.json'));
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const { serverUrl, corpId } = await readConfig(source, 'production');
  const release: Release = {
    version,
    previous: changelog.released,
    day,
    notes,
    folder,
    files: built.files,
    size: built.size,
    serverUrl,
    corpId,
    openPoints,
  };
  const steps = await writeSteps(root, release);
  // Last: what stands in the change log has been released.
  await changelog.add(version, day, notes);
  return { release, steps };
}

async function writeSteps(root: string, release: Release): Promise<string[]> {
  const name = path.join('release', `小程序-${release.version}-发布步骤`);
  await mkdir(path.join(root, 'release'), { recursive: true });
  await writeFile(path.join(root, `${name}.html`), stepsPage(release));
  await writeFile(path.join(root, `${name}.md`), stepsMarkdown(release));
  return [`${name}.html`, `${name}.md`];
}

/** The build's errors are for people already. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
    throw new StartFailure(`没有发布：${message || String(error)}`);
  }
}
