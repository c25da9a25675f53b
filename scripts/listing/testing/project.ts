import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import { outcomeOf } from '../check/outcome.ts';
import type { Probes } from '../check/probes.ts';
import { type ProjectFiles, projectFiles } from '../check/project-files.ts';
import { runRules } from '../check/run.ts';
import type { Listing } from '../listing.ts';
import type { Context, Finding } from '../rule.ts';
import { rules } from '../rules/index.ts';
import {
  answersTo,
  approvedListing,
  type Draft,
  developersEnvironment,
  filledListing,
  loadTest,
  productionEnvironment,
} from './filled.ts';
import { type Network, wholeNetwork } from './network.ts';

/** A project of a vendor's in a temporary folder: the real mini program with its configuration filled in. */
export interface TestProject {
  folder: string;
  /** The folder as rules see it. The compiled package is kept with it, so each change of a file gives a new one. */
  readonly files: ProjectFiles;
  /** Writes a file, by its path from the root. */
  write(file: string, text: string | Buffer): Promise<void>;
  edit(file: string, change: (text: string) => string): Promise<void>;
  remove(): Promise<void>;
}

/** The evidence that {@link TestProject} holds. */
export const evidence = 'evidence/proof.jpg';

const configuration = (serverUrl: string, corpId: string): string =>
  `export const config = { serverUrl: '${serverUrl}', corpId: '${corpId}', container: 'auto' };\n`;

export async function createProject(): Promise<TestProject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'listing-'));
  let files = projectFiles(folder);
  const write = async (file: string, text: string | Buffer): Promise<void> => {
    files = projectFiles(folder);
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
    get files() {
      return files;
    },
    write,
    edit: async (file, change) => {
      const before = await readFile(path.join(folder, file), 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`${file} has nothing that this test could change`);
      await write(file, after);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Fails the test of any rule that asks the network though it needs none. */
const noNetwork = new Proxy({} as Probes, {
  get(_, name) {
    throw new Error(`asked the network: ${String(name)}`);
  },
});

/** The context of a check in which every rule is met. */
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

/** The outcome of one rule. */
export async function check(id: string, context: Context): Promise<Finding> {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  const outcome = await outcomeOf(rule, context);
  if (outcome.state === 'fault') throw new Error(`${id}: ${outcome.detail}`);
  return { ...outcome, state: outcome.state };
}

/** An approved H5 app that meets every rule, with its network and files, in memory; a test changes single parts. */
export class Subject {
  listing: Draft<Listing> = {
    ...approvedListing(['h5']),
    answers: answersTo(rules, evidence) as Draft<Listing>['answers'],
  };
  env: Record<string, string> = productionEnvironment();
  developmentEnv: Record<string, string> | null = developersEnvironment();
  network: Network = wholeNetwork();
  files = new Map<string, string>([
    ['package.json', JSON.stringify({ version: '1.0.0', dependencies: { fastify: '5' } })],
    ['prisma/schema.prisma', 'model User {\n  dingUserId String? @unique\n}\n'],
    [evidence, 'a picture'],
    ['listing/loadtest/report.json', JSON.stringify(loadTest())],
  ]);

  context(more: Partial<Context> = {}): Context {
    const { files, listing, env, developmentEnv, network } = this;
    const memory: ProjectFiles = {
      root: '/nowhere',
      read: async (file) => files.get(file) ?? null,
      bytes: async (file) => (files.has(file) ? Buffer.from(files.get(file) ?? '') : null),
      hasContent: async (file) => (files.get(file) ?? '') !== '',
      list: async (folder, extension = '') =>
        [...files.keys()].filter((file) => file.startsWith(`${folder}/`) && file.endsWith(extension)).sort(),
    };
    return {
      files: memory,
      listing,
      env,
      developmentEnv,
      probes: network.probes,
      now: Date.now(),
      rules,
      ...more,
    };
  }

  check(id: string): Promise<Finding> {
    return check(id, this.context());
  }

  async state(id: string): Promise<string> {
    return (await this.check(id)).state;
  }

  /** The rules that are not met, with how. */
  async broken(): Promise<Record<string, string>> {
    const { results } = await runRules(rules, this.context());
    return Object.fromEntries(
      results.flatMap(({ id, state }) => (/pass|not-applicable/.test(state) ? [] : [[id, state]])),
    );
  }

  loadTest(more: Parameters<typeof loadTest>[0]): void {
    this.files.set('listing/loadtest/report.json', JSON.stringify(loadTest(more)));
  }

  no(id: string): void {
    this.listing.answers[id] = { answer: 'no' };
  }
}
