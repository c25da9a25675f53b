import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './ports.ts';

const run = promisify(execFile);

/** A PostgreSQL server of the test's own, which it may stop and start. */
export interface Cluster {
  /** Its database `postgres`, as its superuser. */
  url: string;
  /** `fast` ends connections and writes everything to disk; `immediate` is a crash. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

const exe = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name);

/** The folder of PostgreSQL's `initdb` and `pg_ctl`; null if it is not found. */
export function postgresBinaries(): string | null {
  const roots = [
    '/usr/lib/postgresql',
    '/opt/homebrew/opt',
    '/usr/local/opt',
    'C:\\Program Files\\PostgreSQL',
  ].flatMap((root) => (existsSync(root) ? readdirSync(root).map((version) => path.join(root, version)) : []));
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/pgsql/bin',
    ...roots
      .sort()
      .reverse()
      .map((root) => path.join(root, 'bin')),
  ];
  return (
    folders.find((folder) =>
      ['initdb', 'pg_ctl'].every((name) => existsSync(path.join(folder, exe(name)))),
    ) ?? null
  );
}

/** PostgreSQL refuses to run as root; then it runs as the user `postgres`. */
function owner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error('PostgreSQL does not run as root, and there is no user postgres');
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** @param binaries the folder that {@link postgresBinaries} found. */
export async function startCluster(binaries: string): Promise<Cluster> {
  const user = owner();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'miniapp-cluster-'));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const [port = 0] = await freePorts(1);
  // The folder of the caller may be closed to PostgreSQL's user.
  const as = { cwd: folder, ...user };
  const ctl = (...parameters: string[]) =>
    run(path.join(binaries, exe('pg_ctl')), ['-D', data, '-w', '-t', '30', ...parameters], as);

  await run(
    path.join(binaries, exe('initdb')),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    as,
  );

  async function start(): Promise<void> {
    const options = [`-p ${port}`, '-c listen_addresses=127.0.0.1', '-c max_connections=50'];
    if (process.platform !== 'win32') options.push(`-c unix_socket_directories=${folder}`);
    // Without a pipe: the server would inherit it, and the call would wait for the server's end.
    const child = spawn(
      path.join(binaries, exe('pg_ctl')),
      ['-D', data, '-w', '-t', '30', '-l', path.join(folder, 'log'), '-o', options.join(' '), 'start'],
      { ...as, stdio: 'ignore' },
    );
    const [code] = await once(child, 'exit');
    if (code === 0) return;
    const log = path.join(folder, 'log');
    throw new Error(`PostgreSQL did not start: ${existsSync(log) ? readFileSync(log, 'utf8') : code}`);
  }

  await start();
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    start,
    async stop(how) {
      await ctl('-m', how, 'stop');
    },
    async close() {
      await ctl('-m', 'immediate', 'stop').catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
