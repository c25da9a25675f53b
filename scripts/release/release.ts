import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildMini } from '../build/mini/build.ts';
import { readConfig } from '../build/mini/config.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import { type Changelog, openChangelog } from './changelog.ts';
import { checkMini } from './checks.ts';
import { type DeliveryContext, explained, releaseFolder, upload, uploadOptions } from './deliver.ts';
import { type Release, stepsMarkdown, stepsPage } from './steps.ts';
import { openVersionFile, refuseOldVersion } from './version-file.ts';

interface ReleaseRequest {
  version: string;
  notes: readonly string[];
  /** Whether the platform gets it too. */
  upload: boolean;
}

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
 * @throws StartFailure in Chinese.
 */
export async function releaseMini(context: DeliveryContext, request: ReleaseRequest): Promise<Released> {
  const { root } = context;
  const changelog = await openChangelog(root);
  const versionFile = await openVersionFile(root);
  refuseOldVersion(request.version, versionFile.version, changelog.released);
  await versionFile.write(versionFile.with(request.version));
  try {
    return await release(context, request, changelog);
  } catch (error) {
    await versionFile.write(versionFile.text);
    throw error;
  }
}

/** {@link releaseMini} once the version is written. */
async function release(
  context: DeliveryContext,
  { version, notes, upload: uploads }: ReleaseRequest,
  changelog: Changelog,
): Promise<Released> {
  const { root } = context;
  const source = path.join(root, 'mini');
  const project = path.join(root, releaseFolder);
  // A placeholder in the configuration is told before all that follows from it.
  const { serverUrl, corpId, container } = await explained(readConfig(source, 'production'));
  const options = uploads ? await uploadOptions(context, releaseFolder) : null;
  const openPoints = await checkMini(root);
  const { files, size } = await explained(
    buildMini({ env: 'production', source, outDir: packageFolder(project) }),
  );
  await writeProjectFile(project, root);
  const trialCode = options === null ? null : await upload(options, root, version);
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const previous = changelog.released;
  const address = { serverUrl, corpId: container === 'zhezhengding' ? null : corpId };
  const made = {
    version,
    previous,
    day,
    notes,
    folder: releaseFolder,
    files,
    size,
    ...address,
    openPoints,
    trialCode,
  };
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
