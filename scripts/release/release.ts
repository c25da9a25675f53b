import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';
import { buildMini } from '../build/mini/build.ts';
import { readConfig } from '../build/mini/config.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import type { ReleaseRequest } from './arguments.ts';
import { type Changelog, openChangelog } from './changelog.ts';
import { checkMini } from './checks.ts';
import { type Release, stepsMarkdown, stepsPage } from './steps.ts';
import { openVersionFile, refuseOldVersion } from './version-file.ts';

export interface Released {
  release: Release;
  /** The written steps, as paths from the root: the page first. */
  steps: string[];
}

/**
 * Writes the version, checks, builds the production package into a project of its own for the IDE, and writes the
 * steps and the change log. Whatever fails leaves the version and the change log as they were; what was built until
 * then lies in `release/` and is replaced by the next try.
 *
 * @param root the project's folder.
 * @throws StartFailure in Chinese.
 */
export async function releaseMini(root: string, request: ReleaseRequest): Promise<Released> {
  const changelog = await openChangelog(root);
  const versionFile = await openVersionFile(root);
  refuseOldVersion(request.version, versionFile.version, changelog.released);
  await versionFile.write(versionFile.with(request.version));
  try {
    return await release(root, request, changelog);
  } catch (error) {
    await versionFile.write(versionFile.text);
    throw error;
  }
}

/** {@link releaseMini} once the version is written. */
async function release(
  root: string,
  { version, notes }: ReleaseRequest,
  changelog: Changelog,
): Promise<Released> {
  const source = path.join(root, 'mini');
  const folder = path.join('release', 'mini');
  const project = path.join(root, folder);
  // A placeholder in the configuration is told before all that follows from it.
  const { serverUrl, corpId } = await explained(readConfig(source, 'production'));
  const openPoints = await checkMini(root);
  const { files, size } = await explained(
    buildMini({ env: 'production', source, outDir: packageFolder(project) }),
  );
  await writeProjectFile(project, root);
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const previous = changelog.released;
  const made = { version, previous, day, notes, folder, files, size, serverUrl, corpId, openPoints };
  const steps = await writeSteps(root, made);
  // Last: what stands in the change log has been released.
  await changelog.add(version, day, notes);
  return { release: made, steps };
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
