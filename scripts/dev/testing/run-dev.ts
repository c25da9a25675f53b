import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { copyProject, type ProjectCopy } from '../../../server/testing/project-copy.ts';
import { devEnvironment, type Run, startDev } from './start-dev.ts';

const running = new Set<Run>();

/** `npm run dev` on a copy of the project, where tests change sources. */
export interface Dev {
  /** For data, removed at the end. */
  readonly folder: string;
  /** No credentials and no database server, as on a fresh clone; ports of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** A place in the copy. */
  at(...names: string[]): string;
  /** @param more over `env`. */
  run(more?: Record<string, string>): Run;
}

/** Registers the hooks that copy the project, end what runs after each test, and remove the copy. */
export function prepareDev(): Dev {
  let folder = '';
  let env: Record<string, string> = {};
  let project: ProjectCopy;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dev-'));
    project = await copyProject();
    env = await devEnvironment(folder);
  });
  afterEach(async () => {
    for (const one of running) {
      one.stop();
      await one.exitCode;
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await project?.remove();
  });
  return {
    get folder() {
      return folder;
    },
    get env() {
      return env;
    },
    at: (...names) => path.join(project.root, ...names),
    run(more = {}) {
      const run = startDev(project.root, { ...env, ...more });
      running.add(run);
      void run.exitCode.then(() => running.delete(run));
      return run;
    },
  };
}
