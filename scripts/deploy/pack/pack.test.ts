import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { filesBelow, sha256Of, unfit } from '../manage/manifest.ts';
import { type Lock, neededPackages } from './dependencies.ts';

import { writeTarGz } from './tar.ts';
import { readPackArguments, recommendedNode } from './target.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pack-parts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the archive', () => {
  const contents: Record<string, string> = {
    'a/短.txt': '内容',
    [`a/${'very-long-name/'.repeat(14)}file.js`]: 'x'.repeat(1000),
    [`a/${'长'.repeat(60)}/文件.txt`]: '',
    'a/b/exactly.bin': 'y'.repeat(1024),
  };

  const files = Object.keys(contents);

  async function lay(): Promise<void> {
    for (const [name, content] of Object.entries(contents)) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, name), content, { mode: name.endsWith('.js') ? 0o755 : 0o600 });
    }
  }

  test('the system’s tar unpacks the archive, with long and Chinese paths', async () => {
    const archive = path.join(folder, 'a.tar.gz');
    await lay();
    await writeTarGz(folder, files, archive);
    const target = path.join(folder, 'unpacked');
    await mkdir(target);
    const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', target], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await filesBelow(target)).toEqual(Object.keys(contents).sort((a, b) => (a < b ? -1 : 1)));
    for (const [name, content] of Object.entries(contents)) {
      expect(await readFile(path.join(target, ...name.split('/')), 'utf8')).toBe(content);
    }
  });

  test('the archive is the same byte for byte, whenever it is made', async () => {
    await lay();
    await writeTarGz(folder, files, path.join(folder, '1.tar.gz'));
    await lay();
    await utimes(path.join(folder, 'a/短.txt'), 1, 1);
    await writeTarGz(folder, [...files].reverse(), path.join(folder, '2.tar.gz'));
    expect(await sha256Of(path.join(folder, '2.tar.gz'))).toBe(await sha256Of(path.join(folder, '1.tar.gz')));
  });
});

describe('which packages go along', () => {
  const lock: Lock = {
    packages: {
      '': { dependencies: { a: '1' } },
      'node_modules/a': {
        dependencies: { b: '1' },
        optionalDependencies: { 'a-linux': '1', 'a-darwin': '1' },
        peerDependencies: { peer: '1', cli: '1' },
        peerDependenciesMeta: { cli: { optional: true } },
      },
      'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
      'node_modules/b': { dependencies: { unrelated: '1' } },
      'node_modules/c': { dependencies: { a: '1' } },
      'node_modules/a-linux': {},
      'node_modules/peer': {},
      'node_modules/cli': { dependencies: { studio: '1' } },
      'node_modules/studio': {},
      'node_modules/unrelated': {},
    },
  };

  test('dependencies of dependencies go along, and optional peers do not', () => {
    expect([...neededPackages(lock)].sort()).toEqual([
      '',
      'node_modules/a',
      'node_modules/a-linux',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/peer',
    ]);
  });

  test('the archive takes no tools along, and compiled parts of one package only', async () => {
    const own = JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock & {
      packages: Record<string, { cpu?: string[]; dev?: boolean }>;
    };
    const needed = [...neededPackages(own)];
    expect(needed).toContain('node_modules/fastify');
    for (const tool of ['typescript', 'vite', 'vitest', 'esbuild'])
      expect(needed).not.toContain(`node_modules/${tool}`);
    // `npm ci --omit=dev` leaves these out as well.
    for (const tool of ['@electric-sql/pglite', '@prisma/schema-engine-wasm', '@prisma/internals']) {
      expect(own.packages[`node_modules/${tool}`]?.dev).toBe(true);
    }
    expect(own.packages['node_modules/prisma']).toBeUndefined();
    expect(needed.filter((place) => own.packages[place]?.dev === true)).toEqual([]);
    const compiled = needed.filter((place) => own.packages[place]?.cpu !== undefined);
    expect(compiled.length).toBeGreaterThan(2);
    expect(compiled.filter((place) => !place.startsWith('node_modules/@node-rs/argon2-'))).toEqual([]);
    for (const build of ['linux-x64-gnu', 'linux-arm64-gnu', 'win32-x64-msvc']) {
      expect(compiled).toContain(`node_modules/@node-rs/argon2-${build}`);
    }
  });
});

describe('npm run build pack', () => {
  test('npm run build pack without words packs for Linux on x64 into release/', () => {
    expect(readPackArguments([])).toEqual({
      target: { os: 'linux', cpu: 'x64', libc: 'glibc' },
      node: 'recommended',
      into: 'release',
    });
    expect(recommendedNode.version).toMatch(/^24\./);
  });

  test('npm run build pack takes its words in any order', () => {
    expect(readPackArguments(['../node-v22.3.0-linux-arm64.tar.xz', 'arm64', '--out', 'there'])).toEqual({
      target: { os: 'linux', cpu: 'arm64', libc: 'glibc' },
      node: { file: '../node-v22.3.0-linux-arm64.tar.xz' },
      into: 'there',
    });
    expect(readPackArguments(['windows']).target).toEqual({ os: 'win32', cpu: 'x64', libc: null });
    expect(readPackArguments(['without-node', 'arm64']).node).toBeNull();
  });

  test.each([
    [['x86']],
    [['--out']],
    [['node-v20.20.2-linux-arm64.tar.gz']],
    [['windows', 'node-v20.20.2-linux-x64.tar.gz']],
    [['node-v20.18.0-linux-x64.tar.gz']],
    [['node-v18.20.0-linux-x64.tar.gz']],
    [['release.tar.gz']],
  ])('refuses %j', (words) => {
    expect(() => readPackArguments(words)).toThrow(StartFailure);
  });
});

test('a package says on which machine it does not run', () => {
  const manifest = {
    format: 1,
    name: 'app',
    version: '1.0.0',
    platform: { os: 'linux', cpu: 'arm64', libc: 'glibc' },
    node: '20.19.0',
    migrations: [],
    files: {},
  } as const;
  const fits = { os: 'linux', cpu: 'arm64', libc: 'glibc', node: '20.19.0' };
  const reasons = (machine: Partial<typeof fits>) =>
    unfit({ ...manifest, migrations: [] }, { ...fits, ...machine });
  expect(reasons({})).toEqual([]);
  expect(reasons({ node: '22.0.0' })).toEqual([]);
  expect(reasons({ node: '20.9.1' })).toEqual([expect.stringContaining('需要 Node.js 20.19.0')]);
  expect(reasons({ cpu: 'x64' })).toEqual([expect.stringContaining('linux arm64')]);
  expect(reasons({ libc: 'musl' })).toEqual([expect.stringContaining('glibc')]);
});
