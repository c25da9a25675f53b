/**
 * Checks a compiled mini program for what devices would stumble over.
 *
 *     tsx scripts/build/mini/check.ts [folder]      without a folder: builds the development package and checks that
 */

import { withoutExceptions } from './check/exceptions.ts';
import { checkPackage } from './check/package.ts';
import type { Problem } from './check/problem.ts';
import { type PackageFiles, readFolder } from './package-files.ts';

export { formatProblem, type Problem } from './check/problem.ts';

/** Findings for a package in memory, by file and line. */
export function checkFiles(files: PackageFiles): Problem[] {
  return withoutExceptions(checkPackage(files));
}

/** Findings for a package in a folder. @throws when the folder does not exist. */
export async function checkMini(folder: string): Promise<Problem[]> {
  return checkFiles(await readFolder(folder));
}
