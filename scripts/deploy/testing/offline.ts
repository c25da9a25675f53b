import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';

/** A machine without a network: a network namespace of Linux, in which there is nothing but its own loopback. */

/** How `unshare` makes one here; null where it cannot. */
function unshareOptions(): string[] | null {
  const ways = [['--net'], ['--net', '--map-root-user']];
  return (
    ways.find((way) => spawnSync('unshare', [...way, 'ip', 'link', 'set', 'lo', 'up']).status === 0) ?? null
  );
}

/** `describe` where a machine can be cut off; skips loudly elsewhere, and fails in CI. */
export function describeOffline() {
  const absent = unshareOptions() === null;
  if (absent && process.env.CI)
    throw new Error('CI 里必须能断开网络：需要 Linux、unshare（util-linux）和 ip（iproute2）');
  if (absent) console.warn('\n⚠ 跳过断网安装的测试：需要 Linux、unshare 和 ip 命令。\n');
  return describe.skipIf(absent);
}

export interface Ran {
  status: number | null;
  output: string;
}

/** Runs Node on a machine without a network. `script` and its arguments as after `node`, which is ours by default. */
export function runOffline(
  script: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  node = process.execPath,
): Promise<Ran> {
  const options = unshareOptions() ?? [];
  const driver = path.join(projectRoot, 'scripts', 'deploy', 'testing', 'lo-up.mjs');
  const child = spawn('unshare', [...options, node, driver, ...script], {
    cwd,
    // Nothing of the tests' own environment may help.
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}

/**
 * PostgreSQL as a socket file, which can be reached from every network namespace.
 *
 * @param folder where the file lies; it becomes the `host` of the address.
 */
export async function postgresAsFile(
  folder: string,
  database: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port, pathname, username } = new URL(database);
  const ends = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port || 5432), hostname);
    for (const end of [client, upstream])
      ends.add(end.on('error', () => {}).on('close', () => ends.delete(end)));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path.join(folder, '.s.PGSQL.5432'), resolve));
  return {
    url: `postgresql://${username || 'postgres'}@localhost${pathname}?host=${encodeURIComponent(folder)}`,
    close() {
      for (const end of ends) end.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
