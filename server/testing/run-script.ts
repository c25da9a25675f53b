import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../config/paths.ts';

/** How a script ended. */
export interface Ended {
  /** The exit code; null after a signal. */
  code: number | null;
  /** All that it wrote, to both streams. */
  output: string;
}

// By its address: the folder that a script runs in may have no packages.
const tsx = pathToFileURL(createRequire(path.join(projectRoot, 'package.json')).resolve('tsx')).href;

/**
 * Runs a script as people run it: a process of its own, without a terminal.
 *
 * @param script from the project's root, e.g. `server/commands/events-register.ts`, or an absolute path.
 * @param env over the variables of this process.
 * @param cwd the folder to run in; the project's root by default.
 * @throws Error where it could not be started.
 */
export function runScript(
  script: string,
  args: readonly string[],
  { env = {}, cwd = projectRoot }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', tsx, path.resolve(projectRoot, script), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    // Not `exit`: what it wrote last may still be on its way.
    child.on('close', (code) => resolve({ code, output }));
  });
}
