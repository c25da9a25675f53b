import { type OpenAppOptions, type OpenedApp, openApp } from './open-app.ts';

export interface ProjectAppOptions extends OpenAppOptions {
  /** Address of the server, without a trailing slash. */
  serverUrl: string;
}

/** Opens the project's own mini program against a running server. */
export function openProjectApp({ serverUrl, ...options }: ProjectAppOptions): Promise<OpenedApp> {
  const config = { serverUrl, corpId: 'dingemulator0001', container: 'auto' };
  const current = `export const config = ${JSON.stringify(config)};`;
  return openApp({ ...options, replace: { 'config/current.ts': current, ...options.replace } });
}
