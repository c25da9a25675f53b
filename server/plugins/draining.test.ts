import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type Built, build } from '../testing/build.ts';

/** How an instance behind a gateway takes its leave; with the real gateway: scripts/deploy/gateway-failover.postgres.long.test.ts. */

let server: Built;
afterEach(() => server?.close());

interface Seen {
  status: number;
  connection: string | undefined;
}

/** @returns the error's code where no answer came. */
function ask(url: string, method: string, headers: Record<string, string> = {}): Promise<Seen | string> {
  return new Promise((resolve) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }),
      );
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    request.end();
  });
}

const throughGateway = { 'x-forwarded-for': '203.0.113.7' };

test('behind a gateway a stopping server cuts off reads and serves changes until no request comes any more', async () => {
  server = await build({ env: { TRUST_PROXY: '127.0.0.1' } });
  const url = await server.url();
  const logout = () =>
    ask(`${url}/api/auth/logout`, 'POST', { ...throughGateway, 'content-type': 'application/json' });
  expect(await ask(`${url}/healthz`, 'GET', throughGateway)).toMatchObject({ status: 200 });

  const closing = server.app.close();
  // Asked within the time that the door stays open.
  const [read, head, change, direct, ready] = await Promise.all([
    ask(`${url}/healthz`, 'GET', throughGateway),
    ask(`${url}/healthz`, 'HEAD', throughGateway),
    logout(),
    ask(`${url}/healthz`, 'GET'),
    ask(`${url}/readyz`, 'GET'),
  ]);
  expect([read, head]).toEqual(['ECONNRESET', 'ECONNRESET']);
  // Refused for its empty body, but by the server itself, which asks for another connection next time.
  expect(change).toEqual({ status: 400, connection: 'close' });
  // Whoever is beside the gateway, such as a monitor, is told the truth.
  expect(direct).toEqual({ status: 200, connection: 'close' });
  expect(ready).toEqual({ status: 503, connection: 'close' });
  await closing;
  expect(await logout()).toBe('ECONNREFUSED');
});

test.each([
  ['behind a gateway', { TRUST_PROXY: '127.0.0.1' }],
  ['without one', {}],
])('a connection on which nothing ever came does not hold up a stop, %s', async (_, env) => {
  server = await build({ env });
  const { port } = new URL(await server.url());
  const accepted = once(server.app.server, 'connection');
  const silent = net.connect(Number(port), '127.0.0.1');
  await accepted;
  const ended = once(
    silent.on('error', () => {}),
    'close',
  );
  const from = performance.now();
  await server.app.close();
  await ended;
  // The time-out of such a connection is a minute.
  expect(performance.now() - from).toBeLessThan(20_000);
});
