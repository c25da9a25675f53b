import { buildApp } from '../compiler/build.ts';
import type { BuiltApp } from '../runtime/types.ts';
import { type OpenAppOptions, type OpenedApp, openApp, PROJECT_MINI } from './open-app.ts';

export interface ProjectAppOptions extends OpenAppOptions {
  /** Address of the server, without a trailing slash. */
  serverUrl: string;
}

/** Opens the project's own mini program against a running server, in the engine of an old phone. */
export function openProjectApp({ serverUrl, ...options }: ProjectAppOptions): Promise<OpenedApp> {
  const replace = { ...configuration(serverUrl), ...options.replace };
  return openApp({ oldEngine: true, ...options, replace });
}

/** Builds the project's own mini program for a server; for many starts, see {@link openBuilt}. */
export function buildProjectApp(serverUrl: string): Promise<BuiltApp> {
  return buildApp(PROJECT_MINI, { replace: configuration(serverUrl) });
}

/** The emulator's organisation, whatever the project's own configuration says. */
function configuration(serverUrl: string): Record<string, string> {
  const config = { serverUrl, corpId: 'dingemulator0001', container: 'auto' };
  return { 'config/current.ts': `export const config = ${JSON.stringify(config)};` };
}
