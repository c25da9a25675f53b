import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** No request for this long means that the gateways send theirs elsewhere, in milliseconds. */
const quietMs = 300;
/** The longest that a stop waits for them, in milliseconds. */
const atMostMs = 2000;

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the server is on its way down. */
    isStopping(): boolean;
  }
}

/**
 * Tells the gateways of a stop before the port is closed.
 *
 * A gateway cannot ask whether an instance is about to stop; it learns it from requests that fail. A request that
 * changes something must not be among them, because a gateway must not repeat it. So for a moment the port stays open:
 * requests that change something are served as ever, and requests that only read are cut off without an answer. The
 * gateway repeats those at another instance, unnoticed by the person, and after a few failures sends everything there.
 * Only then is the port closed, and no connection is lost.
 * Without a gateway the port is closed at once. Connections on which nothing ever came, as browsers open them ahead,
 * are ended: Node.js would wait for their time-out, a minute.
 */
export const draining = fp(
  async (app: FastifyInstance) => {
    let stopping = false;
    app.decorate('isStopping', () => stopping);
    app.addHook('preClose', async () => {
      stopping = true;
    });
    const open = new Set<Socket>();
    app.server.on('connection', (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    const endSilent = () => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    };
    if (app.config.trustProxy === false) {
      app.addHook('preClose', async () => endSilent());
      return;
    }

    let begun = false;
    let lastRequestAt = 0;

    app.addHook('onRequest', (request, reply, done) => {
      if (!begun || request.headers['x-forwarded-for'] === undefined) return done();
      lastRequestAt = performance.now();
      if (request.method !== 'GET' && request.method !== 'HEAD') return done();
      reply.hijack();
      request.raw.destroy();
      done();
    });

    app.addHook('preClose', async () => {
      if (!app.server.listening) return;
      begun = true;
      const from = performance.now();
      lastRequestAt = from;
      for (;;) {
        const now = performance.now();
        const left = Math.min(lastRequestAt + quietMs, from + atMostMs) - now;
        if (left <= 0) return endSilent();
        await delay(left);
      }
    });
  },
  { name: 'draining', dependencies: ['core'] },
);
