import type { FastifyInstance } from 'fastify';
import type { EntryFiles } from './page.ts';

/**
 * In development Vite's server has the files, and updates open pages when a file is saved. Browsers request the files
 * here, so that a page has one origin as in production, also in the simulator's web view. Only the notices of changes
 * come from Vite directly; otherwise every start of this server would reload the pages.
 */

/** The path of the files at Vite's server, which this server proxies. */
export const viteBase = '/console/vite/';

/** Vite's client comes first: it shows errors of the other files. */
export const viteFiles: EntryFiles = {
  scripts: ['vite/@vite/client', 'vite/main.ts'],
  styles: [],
  preload: [],
};

/** Further sources for the page's policy. @param url of Vite's server */
export const viteSockets = (url: string): string => `ws://*:${new URL(url).port}`;

/** @param url of Vite's server, without a slash at the end */
export function viteRoutes(app: FastifyInstance, url: string): void {
  const options = { schema: { hide: true }, config: { requestsPerMinute: null } };
  app.get(`${viteBase}*`, options, (request) => fetch(url + request.url));
}
