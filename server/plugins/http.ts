import { randomUUID } from 'node:crypto';
import {
  registerAjvFormats,
  type TypeBoxTypeProvider,
  TypeBoxValidatorCompiler,
} from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { Config } from '../config/config.ts';
import { bodyLimit } from '../config/limits.ts';
import { answersOutsideHooks } from './errors.ts';
import { dataHeaders } from './headers.ts';

/**
 * Fastify with nothing in it: how long and how large a request may be, its id, and who is believed to be a proxy.
 *
 * @param arrivalMs how long a request may take until all of it is here, in milliseconds.
 */
export function createHttp(config: Config, logger: FastifyBaseLogger, arrivalMs = 20_000) {
  registerAjvFormats();
  const app = Fastify({
    loggerInstance: logger,
    genReqId: () => randomUUID(),
    bodyLimit,
    trustProxy: config.trustProxy,
    // A whole request must arrive, and a connection show life, within these; platform calls have their own.
    requestTimeout: arrivalMs,
    http: {
      // Node's own is longer, and it gives the longer one to the body; and it looks only twice a minute.
      headersTimeout: arrivalMs,
      connectionsCheckingInterval: arrivalMs / 4,
      // The error handler refuses these, in the contract's words.
      requireHostHeader: false,
    },
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // Idle keep-alive connections must not hold up a stop.
    forceCloseConnections: 'idle',
    // What still comes on an open connection while the server stops is served, and its connection closed.
    return503OnClosing: false,
    ...answersOutsideHooks(dataHeaders({ hsts: config.production })),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);
  // JSON alone: a form or plain text is what another site's page can post without being asked.
  app.removeContentTypeParser('text/plain');
  return app;
}
