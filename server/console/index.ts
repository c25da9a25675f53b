import { randomBytes } from 'node:crypto';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { projectRoot } from '../config/paths.ts';
import type { ConsoleEntry } from '../contract/console-entry.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { routes } from '../plugins/core.ts';
import { pageHeaders } from '../plugins/headers.ts';
import { contentSecurityPolicy } from './csp.ts';
import { viteFiles, viteRoutes, viteSockets } from './development.ts';
import { builtFiles } from './files.ts';
import { consolePage, faultPage } from './page.ts';
import { stabilityCode } from './stability.ts';
import { appVersion } from './version.ts';

/**
 * The administrators' console and the H5 app: one page under `/console`, which is never cached, with files that are
 * cached for good.
 */
export const consoleRoutes = routes('console', ['core', 'headers'], async (app) => {
  const { platform, console: settings, production } = app.config;
  const entry: ConsoleEntry = {
    appName: settings.appName,
    environment: settings.environment,
    platform: platform.name,
    corpId: platform.name === 'dingtalk' ? platform.corpId : null,
    version: await appVersion(),
  };
  const files = settings.viteUrl === null ? await builtFiles(settings.folder) : viteFiles;
  const sockets = settings.viteUrl === null ? [] : [viteSockets(settings.viteUrl)];
  const page = pageHeaders({ hsts: production });
  const headOf = (nonce: string) => stabilityCode(settings.stability, entry.version, nonce);

  function dress(reply: FastifyReply, nonce: string): void {
    reply
      .headers(page)
      .removeHeader('x-frame-options')
      .header(
        'content-security-policy',
        contentSecurityPolicy(nonce, platform.name, settings.stability, sockets),
      )
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8');
  }

  await app.register(async (pages) => {
    // People read this answer, so a fault becomes a page instead of JSON.
    pages.addHook('onSend', async (request, reply, payload) => {
      if (reply.statusCode < 400 || !Buffer.isBuffer(payload)) return payload;
      const nonce = newNonce();
      const { message } = JSON.parse(payload.toString()) as ErrorBody;
      dress(reply, nonce);
      return Buffer.from(faultPage({ appName: entry.appName, message, nonce, url: request.url }));
    });
    for (const url of ['/console', '/console/*']) {
      // Pages are not in the API's document.
      pages.get(url, { schema: { hide: true } }, async (request, reply) => {
        const nonce = newNonce();
        dress(reply, nonce);
        return consolePage({ entry, files, nonce, head: headOf(nonce), url: request.url });
      });
    }
  });

  if (settings.viteUrl !== null) viteRoutes(app, settings.viteUrl);
  // `root` must exist, and the folder of the build may not; so each file is sent with its own folder.
  await app.register(fastifyStatic, { root: projectRoot, serve: false, preCompressed: true });
  app.get('/console/assets/*', { schema: { hide: true } }, (request, reply) => {
    const { '*': file } = request.params as { '*': string };
    // The names hold a hash of the content.
    return reply.removeHeader('cache-control').sendFile(file, path.join(settings.folder, 'assets'), {
      immutable: true,
      maxAge: '365d',
      dotfiles: 'ignore',
    });
  });
});

/** For one answer. */
const newNonce = (): string => randomBytes(16).toString('base64');
