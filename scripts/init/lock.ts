import { type LockedPackages, reachedPackages } from '../lock-file.ts';

/**
 * A package-lock.json without some packages of the project, and without what only they needed. Nothing is asked of a
 * registry: all that stays keeps its version.
 *
 * @param text of a lock file of version 3.
 * @param names packages that the project itself does not use any more.
 */
export function pruneLock(text: string, names: readonly string[]): string {
  const lock = JSON.parse(text) as { packages: LockedPackages };
  const { packages } = lock;
  for (const name of names) {
    delete packages['']?.dependencies?.[name];
    delete packages['']?.devDependencies?.[name];
  }
  const workspaces = Object.keys(packages).filter((place) => packages[place]?.link);
  const needed = reachedPackages(packages, ['', ...workspaces], (locked) => [
    ...Object.keys(locked.dependencies ?? {}),
    ...Object.keys(locked.devDependencies ?? {}),
    ...Object.keys(locked.optionalDependencies ?? {}),
    ...Object.keys(locked.peerDependencies ?? {}),
  ]);
  lock.packages = Object.fromEntries(Object.entries(packages).filter(([place]) => needed.has(place)));
  return `${JSON.stringify(lock, null, 2)}\n`;
}
