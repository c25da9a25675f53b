import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { install } from './install.ts';
import { currentVersion, layoutAt, previousVersion, switchTo } from './layout.ts';
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
  test('one is in use, the one before is remembered, and a switch can be taken back', async () => {
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

test('a package is compared file by file; the configuration is not its own', async () => {
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
  test('is installed with it, and a version is never replaced by another content', async () => {
    const source = path.join(folder, 'package');
    const runtime = path.join(folder, 'node-v20.19.0-linux-x64', 'bin');
    await mkdir(runtime, { recursive: true });
    await writeFile(path.join(runtime, 'node'), '#!/bin/sh\n');
    await mkdir(path.join(source, 'runtime'), { recursive: true });
    const archive = path.join(source, 'runtime', 'node-v20.19.0-linux-x64.tar.gz');
    spawnSync('tar', ['-czf', archive, '-C', folder, 'node-v20.19.0-linux-x64']);
    await writeFile(path.join(source, '.env.example'), 'SECRET_KEY=\n');
    const manifest = async (): Promise<Manifest> => ({
      format: 1,
      name: 'app',
      version: '1.0.0',
      platform: thisMachine() as Manifest['platform'],
      node: '20.0.0',
      migrations: [],
      files: Object.fromEntries(
        await Promise.all(
          (await filesBelow(source)).map(async (file) => [file, await sha256Of(path.join(source, file))]),
        ),
      ) as Record<string, string>,
    });
    const layout = layoutAt(path.join(folder, 'opt'));
    // Unpacked by somebody whose files are nobody else's business.
    await chmod(path.join(source, 'runtime'), 0o700);
    await chmod(archive, 0o600);
    expect(await install(source, await manifest(), layout)).toEqual({ fresh: true, newEnvironment: true });
    expect(await readFile(path.join(layout.node, 'bin', 'node'), 'utf8')).toBe('#!/bin/sh\n');
    const unpacked = path.join(layout.release('1.0.0'), 'runtime');
    const modes = [unpacked, path.join(unpacked, path.basename(archive))].map(
      async (at) => (await stat(at)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o755, 0o644]);
    expect(await readFile(layout.environment, 'utf8')).toBe('SECRET_KEY=\n');
    expect(await install(source, await manifest(), layout)).toEqual({ fresh: false, newEnvironment: false });

    await writeFile(path.join(source, '.env.example'), 'SECRET_KEY=other\n');
    await expect(install(source, await manifest(), layout)).rejects.toThrow('1.0.0 已经装过，内容不同');
    expect(await readFile(path.join(layout.release('1.0.0'), '.env.example'), 'utf8')).toBe('SECRET_KEY=\n');
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

  test('the next one only when the one before is ready', async () => {
    const { options, events, close } = await instances();
    await restartOneByOne(options);
    await close();
    expect(events).toEqual([0, 1, 2].flatMap((at) => [`restart ${at}`, `ready ${at} /readyz`]));
  });

  test('stops at one that does not come up, and says which have been restarted', async () => {
    const { options, events, ports, close } = await instances([1]);
    const failing = restartOneByOne({ ...options, readyWithinMs: 3000 });
    await expect(failing).rejects.toThrow(NotReady);
    await expect(failing).rejects.toMatchObject({ port: ports[1], restarted: [ports[0], ports[1]] });
    await expect(failing).rejects.toThrow('答 503');
    await close();
    expect(events).not.toContain('restart 2');
  });

  test('says what to do where there are none', async () => {
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

  test('lists the instances by their ports and restarts their units', async () => {
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

  test('tells what systemctl says, and whose move it is', async () => {
    const { file } = await systemctl('echo "Access denied" >&2; exit 4');
    expect(() => systemdServices('app', file).restart(3001)).toThrow(/Access denied\n请用 root 运行/);
    await rm(file);
    expect(() => systemdServices('app', file).ports()).toThrow(/ENOENT\n.*没有 systemd/);
  });
});
