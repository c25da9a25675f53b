import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { compareVersions } from '../config/mini-version.ts';
import type { ClientUpdate } from '../contract/auth.ts';

/** The request's header by which the mini program tells its version, and the answer's that asks for a newer one. */
const versionHeader = 'x-mini-version';
const updateHeader = 'x-mini-update';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the mini program that asks is too old; null for all others. */
    clientUpdate: ClientUpdate | null;
  }
}

/**
 * Asks mini programs older than `MINI_MINIMUM_VERSION` to update: by a header of every answer, so that a start without a
 * sign-in learns of it too, and by {@link updateOf} in the answers of the sign-in, since a container may hide
 * headers. Nothing is refused: that would be a blank for people who cannot update at once.
 */
export const version = fp(
  async (app: FastifyInstance) => {
    const { miniMinimumVersion: minimum } = app.config;
    app.decorateRequest('clientUpdate', null);
    if (minimum === null) return;
    app.addHook('onRequest', (request, reply, done) => {
      const version = request.headers[versionHeader];
      if (typeof version === 'string' && (compareVersions(version, minimum) ?? 0) < 0) {
        request.clientUpdate = 'required';
        reply.header(updateHeader, 'required');
      }
      done();
    });
  },
  { name: 'version', dependencies: ['core'] },
);

/** The part of an answer that tells of an update; empty where there is nothing to tell. */
export const updateOf = ({ clientUpdate }: FastifyRequest): { update?: ClientUpdate } =>
  clientUpdate === null ? {} : { update: clientUpdate };
