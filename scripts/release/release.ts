import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildMini } from '../build/mini/build.ts';
import { readConfig } from '../build/mini/config.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import { type Changelog, openChangelog } from './changelog.ts';
import { checkMini } from './checks.ts';
import { type DeliveryContext, explained, releaseFolder, upload, uploadOptions } from './deliver.ts';
import { type Release, stepsPage } from './steps.ts';
import { openVersionFile, refuseOldVersion } from './version-file.ts';

interface ReleaseRequest {
  version: string;
  notes: readonly string[];
  /** Whether the platform gets it too. */
  upload: boolean;
}

export interface Released {
  release: Release;
  /** The page with the steps, as a path from the root. */
  steps: string;
}

/**
 * Writes the version, checks, builds the production package into a project of its own for the IDE, and writes the steps
 * and the change log. After a failure, the version and the change log are as before; the next try replaces what lies in
 * `release/`.
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
  // Read first: a placeholder in the configuration would cause further errors.
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
  // Written last: an entry in the change log means that the version is released.
  await changelog.add(version, day, notes);
  return { release: made, steps };
}

async function writeSteps(root: string, release: Release): Promise<string> {
  const file = path.join('release', `小程序-${release.version}-发布步骤.html`);
  await mkdir(path.join(root, 'release'), { recursive: true });
  await writeFile(path.join(root, file), stepsPage(release));
  return file;
}
