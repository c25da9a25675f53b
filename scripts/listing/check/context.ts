import { existsSync } from 'node:fs';
import type { Environment } from '../../../server/config/environment.ts';
import { readEnvironmentFile } from '../../../server/config/environment-file.ts';
import { loadListing } from '../listing-file.ts';
import type { Context } from '../rule.ts';
import { rules } from '../rules/index.ts';
import type { CheckRequest } from './arguments.ts';
import { createProbes } from './probes.ts';
import { projectFiles } from './project-files.ts';

/**
 * The context of rules: the project in the working folder, and the real network.
 *
 * @param timeoutMs how long an answer of the app may take, in milliseconds.
 */
export async function createContext(
  request: Pick<CheckRequest, 'envFile' | 'connect' | 'ca'>,
  timeoutMs?: number,
): Promise<Context> {
  const listing = await loadListing();
  const now = Date.now();
  const host = listing.domain.name?.toLowerCase() ?? null;
  return {
    listing,
    ...environments(request),
    files: projectFiles(process.cwd()),
    probes: createProbes({
      host,
      connect: request.connect,
      ca: request.ca,
      now,
      ...(timeoutMs !== undefined && { timeoutMs }),
    }),
    now,
    rules,
  };
}

/** The variables of production and of development, as far as this machine has them. */
function environments({ envFile }: Pick<CheckRequest, 'envFile'>): Pick<Context, 'env' | 'developmentEnv'> {
  const file: Environment = existsSync('.env') ? readEnvironmentFile('.env') : {};
  const here: Environment = { ...file, ...process.env };
  const isProduction = here.NODE_ENV?.trim() === 'production';
  return {
    env: envFile === null ? here : readEnvironmentFile(envFile),
    developmentEnv: isProduction ? null : here,
  };
}
