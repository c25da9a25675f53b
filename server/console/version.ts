import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../config/paths.ts';

/** The app's version, from package.json beside the sources or the build; `0.0.0` without one. */
export async function appVersion(): Promise<string> {
  for (const folder of [projectRoot, path.dirname(projectRoot)]) {
    try {
      const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      if (typeof version === 'string') return version;
    } catch {
      // Then try the other place.
    }
  }
  return '0.0.0';
}
