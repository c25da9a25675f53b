import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { install } from './install.ts';
import { currentVersion, type Layout, layoutAt, previousVersion, switchTo } from './layout.ts';
import { compare, filesBelow, type Manifest, sha256Of, thisMachine } from './manifest.ts';
import { NotReady, restartOneByOne } from './rollout.ts';
import { type Services, systemdServices } from './services.ts';

const posix = process.platform === 'win32' ? describe.skip : describe;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'manage-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('releases', () => {
  test('one release is in use, the one before is remembered, and a switch can be undone', async () => {
    const layout = layoutAt(folder);
    for (const version of ['1.0.0', '1.1.0', '1.2.0'])
      await mkdir(layout.release(version), { recursive: true });
    await mkdir(path.dirname(layout.previous));
    const state = async () => [await currentVersion(layout), await previousVersion(layout)];
    expect(await state()).toEqual([null, null]);
    await switchTo(layout, '1.0.0');
    expect(await state()).toEqual(['1.0.0', null]);
    await switchTo(layout, '1.1.0');
    expect(await state()).toEqual(['1.1.0', '1.0.0']);
    // The same one again is no change.
    await switchTo(layout, '1.1.0');
    expect(await state()).toEqual(['1.1.0', '1.0.0']);
    const takeBack = await switchTo(layout, '1.2.0');
    expect(await state()).toEqual(['1.2.0', '1.1.0']);
    await takeBack();
    expect(await state()).toEqual(['1.1.0', '1.0.0']);
  });
});

test('a package is checked file by file; the configuration does not belong to it', async () => {
  await writeFile(path.join(folder, 'a.js'), 'a');
  await writeFile(path.join(folder, '.env'), 'SECRET_KEY=x');
  const files = { 'a.js': await sha256Of(path.join(folder, 'a.js')), 'gone.js': 'x' };
  const manifest = { files } as unknown as Manifest;
  expect(await compare(folder, manifest)).toEqual({ missing: ['gone.js'], changed: [], extra: [] });
  await writeFile(path.join(folder, 'a.js'), 'b');
  await writeFile(path.join(folder, 'new.js'), '');
  expect(await compare(folder, manifest)).toEqual({
    missing: ['gone.js'],
    changed: ['a.js'],
    extra: ['new.js'],
  });
});

posix('a package that brings its own Node.js', () => {
  /** A package of a version, as it is unpacked; its Node.js is a script that can say how it is called. */
  async function unpack(version: string, node: string): Promise<{ source: string; manifest: Manifest }> {
    const source = path.join(folder, `package-${version}`);
    const named = path.join(folder, `node-v${node}-linux-x64`);
    await mkdir(path.join(named, 'bin'), { recursive: true });
    await writeFile(path.join(named, 'bin', 'node'), `#!/bin/sh\necho v${node}\n`, { mode: 0o755 });
    await mkdir(path.join(source, 'runtime'), { recursive: true });
    const file = path.join(source, 'runtime', `${path.basename(named)}.tar.gz`);
    spawnSync('tar', ['-czf', file, '-C', folder, path.basename(named)]);
    await writeFile(path.join(source, '.env.example'), 'SECRET_KEY=\n');
    return { source, manifest: await manifestOf(source, version) };
  }

  async function manifestOf(source: string, version: string): Promise<Manifest> {
    const files = await filesBelow(source);
    const sums = files.map(async (file) => [file, await sha256Of(path.join(source, file))] as const);
    return {
      format: 1,
      name: 'app',
      version,
      platform: thisMachine() as Manifest['platform'],
      node: '20.0.0',
      migrations: [],
      files: Object.fromEntries(await Promise.all(sums)),
    };
  }

  /** The Node.js that the units start. */
  const running = (layout: Layout) =>
    spawnSync(path.join(layout.node, 'bin', 'node'), ['--version'], { encoding: 'utf8' }).stdout?.trim();

  test('a release brings its Node.js, and an installed version never changes its content', async () => {
    const { source, manifest } = await unpack('1.0.0', '20.19.0');
    const layout = layoutAt(path.join(folder, 'opt'));
    // Unpacked by a person whose umask hides files from others.
    const runtime = path.join(source, 'runtime');
    await chmod(runtime, 0o700);
    await chmod(path.join(runtime, 'node-v20.19.0-linux-x64.tar.gz'), 0o600);
    expect(await install(source, manifest, layout)).toEqual({ fresh: true, newEnvironment: true });
    const unpacked = path.join(layout.release('1.0.0'), 'runtime');
    const modes = [unpacked, path.join(unpacked, 'node-v20.19.0-linux-x64.tar.gz')].map(
      async (at) => (await stat(at)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o755, 0o644]);
    expect(await readFile(layout.environment, 'utf8')).toBe('SECRET_KEY=\n');
    expect(await install(source, manifest, layout)).toEqual({ fresh: false, newEnvironment: false });

    await writeFile(path.join(source, '.env.example'), 'SECRET_KEY=other\n');
    const other = await manifestOf(source, '1.0.0');
    await expect(install(source, other, layout)).rejects.toThrow('1.0.0 已经装过，内容不同');
    expect(await readFile(path.join(layout.release('1.0.0'), '.env.example'), 'utf8')).toBe('SECRET_KEY=\n');
  });

  test('a switch changes Node.js too, and undoing the switch brings the old one back', async () => {
    const layout = layoutAt(path.join(folder, 'opt'));
    const old = await unpack('1.0.0', '20.19.0');
    await install(old.source, old.manifest, layout);
    await switchTo(layout, '1.0.0');
    expect(running(layout)).toBe('v20.19.0');
    const next = await unpack('1.1.0', '22.12.0');
    await install(next.source, next.manifest, layout);
    // An installation alone does not change the running release.
    expect(running(layout)).toBe('v20.19.0');
    const takeBack = await switchTo(layout, '1.1.0');
    expect(running(layout)).toBe('v22.12.0');
    await takeBack();
    expect(running(layout)).toBe('v20.19.0');
  });

  test('a Node.js that is too old or does not run here is not installed', async () => {
    const layout = layoutAt(path.join(folder, 'opt'));
    const old = await unpack('1.0.0', '18.20.0');
    await expect(install(old.source, old.manifest, layout)).rejects.toThrow(/是 18\.20\.0，需要 20\.0\.0/);
    const broken = await unpack('1.1.0', '22.12.0');
    const file = path.join(broken.source, 'runtime', 'node-v22.12.0-linux-x64.tar.gz');
    await writeFile(path.join(folder, 'node-v22.12.0-linux-x64', 'bin', 'node'), '#!/no/such/loader\n');
    spawnSync('tar', ['-czf', file, '-C', folder, 'node-v22.12.0-linux-x64']);
    const manifest = await manifestOf(broken.source, '1.1.0');
    await expect(install(broken.source, manifest, layout)).rejects.toThrow(/在这台机器上不能用.*运行不了/);
    expect(existsSync(layout.releases)).toBe(false);
  });

  test('a release without Node.js goes on with the one in use', async () => {
    const layout = layoutAt(path.join(folder, 'opt'));
    const first = await unpack('1.0.0', '20.19.0');
    await install(first.source, first.manifest, layout);
    await switchTo(layout, '1.0.0');
    const bare = path.join(folder, 'bare');
    await mkdir(bare);
    await writeFile(path.join(bare, '.env.example'), 'SECRET_KEY=\n');
    await install(bare, await manifestOf(bare, '1.1.0'), layout);
    await switchTo(layout, '1.1.0');
    expect(running(layout)).toBe('v20.19.0');
  });
});

describe('restarting one by one', () => {
  /** Instances that are ready again a moment after their restart, or never. */
  async function instances(broken: readonly number[] = []) {
    const servers = await Promise.all(
      [0, 1, 2].map(
        () =>
          new Promise<http.Server>((resolve) => {
            const server = http.createServer().listen(0, '127.0.0.1', () => resolve(server));
          }),
      ),
    );
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    const events: string[] = [];
    const asked = servers.map(() => 0);
    servers.forEach((server, at) => {
      server.on('request', (request, response) => {
        asked[at] = (asked[at] ?? 0) + 1;
        const ready = !broken.includes(at) && (asked[at] ?? 0) > 1;
        if (ready) events.push(`ready ${at} ${request.url}`);
        response.writeHead(ready ? 200 : 503).end();
      });
    });
    const services: Services = {
      ports: () => ports,
      restart(port) {
        const at = ports.indexOf(port);
        asked[at] = 0;
        events.push(`restart ${at}`);
      },
    };
    return {
      ports,
      events,
      options: {
        services,
        addressOf: (port: number) => `http://127.0.0.1:${port}`,
        tell: () => {},
        settleMs: 10,
      },
      close: () => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))),
    };
  }

  test('an instance restarts only when the one before is ready', async () => {
    const { options, events, close } = await instances();
    await restartOneByOne(options);
    await close();
    expect(events).toEqual([0, 1, 2].flatMap((at) => [`restart ${at}`, `ready ${at} /readyz`]));
  });

  test('after the last instance the gateway has its time too, so the next machine may follow at once', async () => {
    const { options, close } = await instances();
    const settleMs = 300;
    let readyAt = 0;
    const tell = (line: string) => {
      if (line.includes('已就绪')) readyAt = performance.now();
    };
    await restartOneByOne({ ...options, settleMs, tell });
    const waited = performance.now() - readyAt;
    await close();
    // Timers may fire a millisecond early.
    expect(waited).toBeGreaterThan(settleMs - 5);
  });

  test('the restart stops at an instance that does not come up, and names those restarted', async () => {
    const { options, events, ports, close } = await instances([1]);
    const failing = restartOneByOne({ ...options, readyWithinMs: 3000 });
    await expect(failing).rejects.toThrow(NotReady);
    await expect(failing).rejects.toMatchObject({ port: ports[1], restarted: [ports[0], ports[1]] });
    await expect(failing).rejects.toThrow('答 503');
    await close();
    expect(events).not.toContain('restart 2');
  });

  test('where there are no instances, the restart says what to do', async () => {
    const { options, close } = await instances();
    await close();
    const none = { ...options, services: { ...options.services, ports: () => [] } };
    await expect(restartOneByOne(none)).rejects.toThrow('systemctl enable');
  });
});

posix('systemd', () => {
  /** Makes a `systemctl` that writes down how it is called. */
  async function systemctl(script: string): Promise<{ calls: string; file: string }> {
    const calls = path.join(folder, 'calls');
    const file = path.join(folder, 'systemctl');
    await writeFile(file, `#!/bin/sh\necho "$*" >> ${calls}\n${script}\n`);
    await chmod(file, 0o755);
    return { calls, file };
  }

  test('the restart lists the instances by port and restarts their units', async () => {
    const { calls, file } = await systemctl(
      'printf "app@3002.service loaded active running 应用\\napp@3001.service loaded failed failed 应用\\n"',
    );
    const services = systemdServices('app', file);
    expect(services.ports()).toEqual([3001, 3002]);
    services.restart(3001);
    expect((await readFile(calls, 'utf8')).trim().split('\n')).toEqual([
      'list-units --all --plain --no-legend app@*.service',
      'restart app@3001.service',
    ]);
  });

  test('the restart shows the message of systemctl, and who must act', async () => {
    const { file } = await systemctl('echo "Access denied" >&2; exit 4');
    expect(() => systemdServices('app', file).restart(3001)).toThrow(/Access denied\n请用 root 运行/);
    await rm(file);
    expect(() => systemdServices('app', file).ports()).toThrow(/ENOENT\n.*没有 systemd/);
  });
});
