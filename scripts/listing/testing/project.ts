import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../build/mini/paths.ts';
import type { Probes } from '../check/probes.ts';
import { type ProjectFiles, projectFiles } from '../check/project-files.ts';
import type { Context } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { filledListing } from './filled.ts';

/** A project of a vendor's in a temporary folder: the real mini program with its configuration filled in. */
export interface TestProject {
  folder: string;
  files: ProjectFiles;
  /** Writes a file, by its path from the root. Rules that looked before do not see it: ask `fresh` for a new look. */
  write(file: string, text: string | Buffer): Promise<void>;
  edit(file: string, change: (text: string) => string): Promise<void>;
  /** Looks at the folder anew: what rules know of its files is kept for one look. */
  fresh(): ProjectFiles;
  remove(): Promise<void>;
}

/** The evidence that {@link TestProject} holds. */
export const evidence = 'evidence/proof.jpg';

const configuration = (serverUrl: string, corpId: string): string =>
  `export const config = { serverUrl: '${serverUrl}', corpId: '${corpId}', container: 'auto' };\n`;

export async function createProject(): Promise<TestProject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'listing-'));
  const write = async (file: string, text: string | Buffer): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  await cp(path.join(projectRoot, 'mini'), path.join(folder, 'mini'), { recursive: true });
  await cp(path.join(projectRoot, 'prisma', 'schema.prisma'), path.join(folder, 'prisma', 'schema.prisma'));
  for (const [env, corpId] of [
    ['development', 'ding0000test'],
    ['test', 'ding0000test'],
    ['production', 'ding0000formal'],
  ] as const) {
    await write(`mini/config/${env}.ts`, configuration('https://app.hangzhou-dept.cn', corpId));
  }
  await write('package.json', JSON.stringify({ version: '1.0.0', dependencies: { fastify: '5' } }));
  await write('mini/version.ts', "export const version = '1.0.0';\n");
  await write(evidence, 'a picture');
  return {
    folder,
    files: projectFiles(folder),
    write,
    edit: async (file, change) => write(file, change(await readFile(path.join(folder, file), 'utf8'))),
    fresh: () => projectFiles(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Fails the test of any rule that asks the network though it needs none. */
const noNetwork = new Proxy({} as Probes, {
  get(_, name) {
    throw new Error(`asked the network: ${String(name)}`);
  },
});

/** What a rule looks at, with everything in order. */
export function contextFor(files: ProjectFiles, more: Partial<Context> = {}): Context {
  return {
    listing: filledListing(),
    env: { NODE_ENV: 'production', PLATFORM: 'dingtalk' },
    developmentEnv: {},
    files,
    probes: noNetwork,
    now: Date.UTC(2026, 10, 24, 4),
    rules,
    ...more,
  };
}
