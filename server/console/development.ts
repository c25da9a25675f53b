import type { FastifyInstance } from 'fastify';
import type { EntryFiles } from './page.ts';

/**
 * In development nothing is built: Vite's own server has the files, and changes them in open pages as they are saved.
 * Browsers ask for them here, so that a page is of one origin as in production, also in the simulator's web view; only
 * the word that something has changed comes from Vite itself, or every start of this server would load pages anew.
 */

/** Where Vite's server serves the files, and this server passes them on. */
export const viteBase = '/console/vite/';

/** The client comes first: it shows what is wrong in the files that follow. */
export const viteFiles: EntryFiles = {
  scripts: ['vite/@vite/client', 'vite/main.ts'],
  styles: [],
  preload: [],
};

/** What the page's policy must allow besides. @param url of Vite's server */
export const viteSockets = (url: string): string => `ws://*:${new URL(url).port}`;

/** @param url of Vite's server, without a slash at the end */
export function viteRoutes(app: FastifyInstance, url: string): void {
  const options = { schema: { hide: true }, config: { requestsPerMinute: null } };
  app.get(`${viteBase}*`, options, (request) => fetch(url + request.url));
}
