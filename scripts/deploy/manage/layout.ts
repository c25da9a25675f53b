import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * How an installation lies on a server:
 *
 *     /opt/<name>/releases/<version>/   one folder a release, never changed
 *     /opt/<name>/releases/<version>/node   link to its Node.js: a switch of releases switches that as well
 *     /opt/<name>/current               link to the release in use
 *     /opt/<name>/shared/.env           the configuration; each release has a link to it
 *     /opt/<name>/shared/migrate.env    the account that owns the tables, for migrations alone; none where the app's does
 *     /opt/<name>/shared/previous       the version that was in use before
 *     /opt/<name>/runtimes/             the Node.js that packages have brought, each once
 *     /opt/<name>/node                  link to current/node, for the units: bin/node
 */
export interface Layout {
  root: string;
  releases: string;
  current: string;
  environment: string;
  migration: string;
  previous: string;
  node: string;
  runtimes: string;
  release(version: string): string;
  /** The Node.js of a release. */
  nodeOf(version: string): string;
}

export function layoutAt(root: string): Layout {
  const at = (...names: string[]) => path.join(root, ...names);
  return {
    root,
    releases: at('releases'),
    current: at('current'),
    environment: at('shared', '.env'),
    migration: at('shared', 'migrate.env'),
    previous: at('shared', 'previous'),
    node: at('node'),
    runtimes: at('runtimes'),
    release: (version) => at('releases', version),
    nodeOf: (version) => at('releases', version, 'node'),
  };
}

/** Replaces a link in one step, so that it is never missing. On Windows, links to folders are junctions. */
export async function link(target: string, at: string): Promise<void> {
  await mkdir(path.dirname(at), { recursive: true });
  const draft = `${at}.new`;
  await rm(draft, { force: true });
  await symlink(target, draft, process.platform === 'win32' ? 'junction' : undefined);
  if (process.platform === 'win32') await rm(at, { force: true, recursive: true });
  await rename(draft, at);
}

/** The version that `current` points at; null before the first. */
export async function currentVersion(layout: Layout): Promise<string | null> {
  try {
    return path.basename(await readlink(layout.current));
  } catch {
    return null;
  }
}

export async function previousVersion(layout: Layout): Promise<string | null> {
  return (await readFile(layout.previous, 'utf8').catch(() => '')).trim() || null;
}

/** Makes a release the one in use, and remembers the one before. @returns what takes it back. */
export async function switchTo(layout: Layout, version: string): Promise<() => Promise<void>> {
  const before = await currentVersion(layout);
  const previous = await previousVersion(layout);
  await link(layout.release(version), layout.current);
  if (before !== null && before !== version) await writeFile(layout.previous, `${before}\n`);
  return async () => {
    if (before === null) return;
    await link(layout.release(before), layout.current);
    await writeFile(layout.previous, `${previous ?? ''}\n`);
  };
}
