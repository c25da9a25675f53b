import { existsSync } from 'node:fs';
import type { Environment } from './environment.ts';

/** The environment variables, with those of `.env` in the working folder that are not set already. */
export function loadEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
