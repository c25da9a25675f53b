import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take a minute and more. */
const longest = [
  'parts.long.test.ts',
  'fuzz.long.test.ts',
  'pack.postgres.long.test.ts',
  'properties.long.test.ts',
  'killed-binding.postgres.long.test.ts',
  'faults.e2e.ts',
];

/**
 * Starts the longest files first, so that no worker waits at the end of a run. Vitest itself knows how long a file
 * takes only where it has run before, and never compares the files of two projects.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const at = longest.indexOf(path.basename(moduleId));
  if (at >= 0) return at;
  return moduleId.includes('.long.') ? longest.length : longest.length + 1;
}
