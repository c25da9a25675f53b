import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compareVersions } from '../../../server/config/mini-version.ts';

export const manifestFile = 'manifest.json';

/** The contents of a package, and the machine that it is for. */
export interface Manifest {
  format: 1;
  /** Names the service and its folder. */
  name: string;
  version: string;
  /** Where it runs, in Node's words: `process.platform`, `process.arch`; the C library of Linux. */
  platform: { os: string; cpu: string; libc: string | null };
  /** The oldest Node.js that it runs on, e.g. `20.19.0`. */
  node: string;
  /** The database's migrations, oldest first. */
  migrations: string[];
  /** SHA-256 of every file, by its path with slashes. */
  files: Record<string, string>;
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, manifestFile), 'utf8')) as Manifest;
}

/** How a package differs from its manifest; each list holds paths. */
export interface Differences {
  missing: string[];
  changed: string[];
  /** Files that the package did not bring. */
  extra: string[];
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Every file below `folder`, by its path with slashes, sorted; links are not followed. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Compares what lies in `folder` with the manifest. The instance's own `.env` is no part of a package. */
export async function compare(folder: string, manifest: Manifest): Promise<Differences> {
  const present = new Set(await filesBelow(folder));
  const differences: Differences = { missing: [], changed: [], extra: [] };
  for (const [file, expected] of Object.entries(manifest.files)) {
    if (!present.has(file)) differences.missing.push(file);
    else if ((await sha256Of(path.join(folder, ...file.split('/')))) !== expected) {
      differences.changed.push(file);
    }
  }
  const own = new Set([manifestFile, '.env']);
  differences.extra = [...present].filter((file) => !(file in manifest.files) && !own.has(file));
  return differences;
}

/** Chinese, one line each: why this machine cannot run the package. None when it can. */
export function unfit(
  manifest: Manifest,
  machine: { os: string; cpu: string; libc: string | null; node: string },
): string[] {
  const { os, cpu, libc } = manifest.platform;
  const reasons: string[] = [];
  if (machine.os !== os || machine.cpu !== cpu) {
    reasons.push(
      `这个包是给 ${os} ${cpu} 的，这台机器是 ${machine.os} ${machine.cpu}。请用 npm run build pack 给这种机器另打一个包。`,
    );
  } else if (libc !== null && machine.libc !== libc) {
    reasons.push(`这个包要用 ${libc}，这台机器的 C 库不是。请给这种机器另打一个包。`);
  }
  if (isOlder(machine.node, manifest.node)) {
    reasons.push(`需要 Node.js ${manifest.node} 或更新版本，这里是 ${machine.node}。`);
  }
  return reasons;
}

/** Whether one version of Node.js is older than another; a text that is no plain version counts as new. */
export const isOlder = (version: string, wanted: string): boolean =>
  (compareVersions(version, wanted) ?? 0) < 0;

export function thisMachine(): { os: string; cpu: string; libc: string | null; node: string } {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = report.header?.glibcVersionRuntime !== undefined;
  return {
    os: process.platform,
    cpu: process.arch,
    libc: process.platform === 'linux' ? (glibc ? 'glibc' : 'musl') : null,
    node: process.versions.node,
  };
}
