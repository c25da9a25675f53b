/** A package in `package-lock.json`. */
export interface LockedPackage {
  /** A workspace of the project, which lies at `resolved`. */
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Packages by place, such as `node_modules/a/node_modules/b`; the project itself is at ``. */
export type LockedPackages = Record<string, LockedPackage>;

/**
 * Follows dependencies through a lock file.
 *
 * @param from places to begin at; they count as reached.
 * @param namesOf the names of those packages that a package at a place asks for.
 * @returns the places of all packages that are reached.
 */
export function reachedPackages(
  packages: LockedPackages,
  from: readonly string[],
  namesOf: (locked: LockedPackage) => readonly string[],
): Set<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const locked = packages[place];
    if (locked === undefined || reached.has(place)) continue;
    reached.add(place);
    if (locked.link && locked.resolved !== undefined) open.push(locked.resolved);
    for (const name of namesOf(locked)) open.push(...placeOf(name, place, packages));
  }
  return reached;
}

/** Where a package finds another, as Node.js looks for it: beside itself, then further up. */
function placeOf(name: string, from: string, packages: LockedPackages): string[] {
  for (let folder = from; ; ) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in packages) return [place];
    if (folder === '') return [];
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}
