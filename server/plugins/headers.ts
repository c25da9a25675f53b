import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import helmet, { type HelmetOptions } from 'helmet';

export interface SecurityHeaderOptions {
  /** Whether browsers are told to insist on https: in production, where there is one. */
  hsts: boolean;
}

/** What every answer carries, and that its connection ends when the server stops. */
export const headers = fp(
  async (app: FastifyInstance) => {
    const always = {
      ...dataHeaders({ hsts: app.config.production }),
      // What a load test must know before it begins.
      'x-ratelimit-limit': app.config.requestsPerMinute,
    };
    // With callbacks, not promises: these run for every request.
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(always).headers(commonHeaders(request.id));
      done();
    });
    app.addHook('onSend', (_request, reply, payload, done) => {
      // A connection whose request is in flight when the stop begins would stay open for as long as it is kept alive.
      if (app.isStopping()) reply.header('connection', 'close');
      // As bytes: Node would join a text to the headers and encode both at the slower speed of Chinese text.
      done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
    });
  },
  { name: 'headers', dependencies: ['core', 'draining'] },
);

/** The id to ask the log by, and that nobody keeps the answer. */
export function commonHeaders(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'cache-control': 'no-store' };
}

/**
 * Headers of answers that are data: no framing, no scripts, no guessing of another type. Helmet's other headers concern
 * pages alone.
 */
export function dataHeaders({ hsts }: SecurityHeaderOptions): OutgoingHttpHeaders {
  return headersOf({
    strictTransportSecurity: hsts,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    frameguard: { action: 'deny' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
}

/**
 * For pages: everything that helmet sets. A page with a policy of its own replaces it. Where there is no https, browsers
 * must not ask for a page's files by it: over http they exempt this machine's own address alone, and not all of them.
 */
export function pageHeaders({ hsts }: SecurityHeaderOptions): OutgoingHttpHeaders {
  return headersOf({
    strictTransportSecurity: hsts,
    ...(!hsts && { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }),
  });
}

/**
 * helmet's headers, by name in lower case. Without nonces they are the same for every answer, so they are made
 * once: as a middleware helmet makes them anew for each request, and sets them one by one.
 */
function headersOf(options: Readonly<HelmetOptions>): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return response.getHeaders();
}
