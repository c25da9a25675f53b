import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { buildMini } from '../build/mini/build.ts';
import { readFolder } from '../build/mini/package-files.ts';

/** What the simulator is made of; no device and no production server may get any of it. */
const TRACES = /simulator|jsdom|postcss|playwright|\bmini-(?:view|page|phone)\b|@vue|\bvue\b/i;
/** Packages that only the simulator, tests and builds need. */
const PACKAGES = ['vue', 'vite', 'jsdom', 'postcss', '@babel/parser', 'esbuild', 'playwright-core'];

const root = fileURLToPath(new URL('../..', import.meta.url));

test('no file of the mini program for devices has a trace of the simulator', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mini-production-'));
  try {
    const config = { serverUrl: 'https://app.hangzhou-dept.cn', corpId: 'ding0123456789abcdef' };
    await buildMini({ env: 'production', outDir: path.join(folder, 'out'), config });
    const files = await readFolder(path.join(folder, 'out'));
    expect(files.size).toBeGreaterThan(50);
    const traces = [...files].filter(
      ([name, content]) => TRACES.test(name) || TRACES.test(content.toString()),
    );
    expect(traces.map(([name]) => name)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);

test('the server’s build holds no file of the simulator, and none of its packages', () => {
  const read = ts.readConfigFile(path.join(root, 'tsconfig.server.json'), ts.sys.readFile);
  const { fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (fileName.startsWith('.')) follow(path.resolve(path.dirname(file), fileName));
      else packages.add(fileName);
    }
  };
  for (const file of fileNames) follow(file);
  expect(seen.size).toBeGreaterThan(100);
  expect([...seen].filter((file) => file.replaceAll(path.sep, '/').includes('scripts/simulator/'))).toEqual(
    [],
  );
  const dev = [...packages].filter((name) =>
    PACKAGES.some((own) => name === own || name.startsWith(`${own}/`)),
  );
  expect(dev).toEqual([]);
});

test('neither the server nor its console imports a file of the simulator', () => {
  const files = (readdirSync(path.join(root, 'server'), { recursive: true }) as string[])
    .filter((file) => /\.(?:ts|vue|html)$/.test(file) && !/\.test\.ts$|e2e/.test(file))
    .map((file) => path.join(root, 'server', file));
  expect(files.length).toBeGreaterThan(100);
  const asking = files.filter((file) => /['"][^'"\s]*scripts\/simulator/.test(readFileSync(file, 'utf8')));
  expect(asking).toEqual([]);
});

test('an installation for production leaves out all packages of the simulator', () => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const installed = PACKAGES.filter((name) => {
    const entry = lock.packages[`node_modules/${name}`];
    expect([name, entry === undefined]).toEqual([name, false]);
    return !entry?.dev;
  });
  expect(installed).toEqual([]);
});
