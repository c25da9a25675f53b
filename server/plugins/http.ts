import { randomUUID } from 'node:crypto';
import {
  Format,
  registerAjvFormats,
  type TypeBoxTypeProvider,
  TypeBoxValidatorCompiler,
} from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { Config } from '../config/config.ts';
import { bodyLimit } from '../config/limits.ts';
import { requestIdShape } from '../contract/errors.ts';
import { isStorableInstant } from '../contract/schema.ts';
import { answersOutsideHooks } from './errors.ts';
import { dataHeaders } from './headers.ts';

/**
 * Fastify without any route: how long and how large a request may be, its number, and which proxies are believed.
 *
 * @param arrivalMs how long a request may take until all of it is here, in milliseconds.
 */
export function createHttp(config: Config, logger: FastifyBaseLogger, arrivalMs = 20_000) {
  registerAjvFormats();
  const isDateTime = Format.Get('date-time');
  Format.Set('date-time', (text) => isDateTime?.(text) === true && isStorableInstant(text));
  const app = Fastify({
    // Without one, where nothing is logged, Fastify makes no logger for each request.
    ...(logger.level !== 'silent' && { loggerInstance: logger }),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && requestIdShape.test(given) ? given : randomUUID();
    },
    bodyLimit,
    trustProxy: config.trustProxy,
    // A whole request must arrive, and a connection show life, within these; platform calls have their own.
    requestTimeout: arrivalMs,
    http: {
      // Node's own limit is longer, gives the body the longer of the two, and is checked only twice a minute.
      headersTimeout: arrivalMs,
      connectionsCheckingInterval: arrivalMs / 4,
      // The error handler refuses these, in the contract's words.
      requireHostHeader: false,
    },
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // Idle keep-alive connections must not hold up a stop.
    forceCloseConnections: 'idle',
    // Requests on open connections are still served while the server stops; then their connections close.
    return503OnClosing: false,
    ...answersOutsideHooks(dataHeaders({ hsts: config.production })),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);
  // JSON alone: a form or plain text is what another site's page can post without being asked.
  app.removeContentTypeParser('text/plain');
  return app;
}
