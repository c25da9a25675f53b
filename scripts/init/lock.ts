interface Entry {
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/**
 * A package-lock.json without some packages of the project, and without what only they needed. Nothing is asked of a
 * registry: all that stays keeps its version.
 *
 * @param text of a lock file of version 3.
 * @param names packages that the project itself does not use any more.
 */
export function pruneLock(text: string, names: readonly string[]): string {
  const lock = JSON.parse(text) as { packages: Record<string, Entry> };
  const { packages } = lock;
  for (const name of names) {
    delete packages['']?.dependencies?.[name];
    delete packages['']?.devDependencies?.[name];
  }
  const needed = new Set<string>();
  const open = [''];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entry = packages[at];
    if (entry === undefined || needed.has(at)) continue;
    needed.add(at);
    if (entry.link && entry.resolved !== undefined) open.push(entry.resolved);
    if (at === '') open.push(...Object.keys(packages).filter((one) => packages[one]?.link));
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
    const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies };
    open.push(...Object.keys(wanted).flatMap((name) => found(packages, at, name)));
  }
  lock.packages = Object.fromEntries(Object.entries(packages).filter(([at]) => needed.has(at)));
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** Where Node.js would find a package, seen from another one: beside it, or beside what it is in. */
function found(packages: Record<string, Entry>, from: string, name: string): string[] {
  for (let folder = from; ; ) {
    const at = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (at in packages) return [at];
    if (folder === '') return [];
    const up = folder.lastIndexOf('/node_modules/');
    folder = up === -1 ? '' : folder.slice(0, up);
  }
}
