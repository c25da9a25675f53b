import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post, ticketOf } from '../testing/http.ts';

/** A vendor's account system: one account, and faults on demand. */
let accounts: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let server: Built;

const json = (response: ServerResponse, value: unknown) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

function honest(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.headers.authorization !== 'Bearer shared-secret') {
    response.statusCode = 403;
    response.end();
    return;
  }
  const { username, password } = JSON.parse(body) as Record<string, string>;
  const valid = username === 'w.wu' && password === 'their own password';
  json(response, valid ? { valid, name: '王五', department: '规划处', level: 7 } : { valid: false });
}

beforeAll(async () => {
  accounts = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    answer(request, response, body);
  }).listen(0, '127.0.0.1');
  await once(accounts, 'listening');
  const { port } = accounts.address() as AddressInfo;
  server = await build({
    env: {
      CREDENTIALS_URL: `http://127.0.0.1:${port}/verify`,
      CREDENTIALS_SECRET: 'shared-secret',
      CREDENTIALS_TIMEOUT_MS: '300',
    },
  });
});
beforeEach(() => {
  answer = honest;
});
afterAll(async () => {
  await server?.close();
  accounts.closeAllConnections();
  await once(accounts.close(), 'close');
});

const bind = async (password: string, username = 'w.wu') =>
  post(server, '/api/auth/bind', { ticket: await ticketOf(server, 'wangwu'), username, password });

test('a wrong password there is a wrong password here, and counts', async () => {
  expect((await bind('wrong')).json()).toEqual({
    outcome: 'bind-rejected',
    reason: 'INVALID_CREDENTIALS',
    attemptsLeft: 4,
  });
  expect(await server.prisma.user.findUnique({ where: { username: 'w.wu' } })).toBeNull();
});

test.each<[string, typeof answer]>([
  ['an HTTP fault', (_request, response) => void response.writeHead(500).end()],
  ['a redirect', (_request, response) => void response.writeHead(302, { location: '/ok' }).end()],
  ['HTML', (_request, response) => void response.end('<html>维护中</html>')],
  ['another shape', (_request, response) => void json(response, { valid: 'yes', name: '王五' })],
  ['a nameless account', (_request, response) => void json(response, { valid: true })],
  ['an endless answer', (_request, response) => void response.end('x'.repeat(1024 * 1024))],
  ['silence', () => {}],
  ['a reset', (request) => void request.socket.destroy()],
])('%s is a fault, never a wrong password, and does not count', async (_what, fault) => {
  await server.prisma.lockout.deleteMany();
  answer = fault;
  for (let at = 0; at < 6; at += 1)
    expectFault(await bind('their own password'), 503, 'ACCOUNTS_UNAVAILABLE');
  answer = honest;
  expect((await bind('wrong')).json()).toMatchObject({ attemptsLeft: 4 });
});

test('the right one binds; the account gets a row, without a password', async () => {
  await server.prisma.lockout.deleteMany();
  const bound = await bind('their own password');
  expect(bound.json()).toMatchObject({ outcome: 'signed-in', user: { username: 'w.wu', name: '王五' } });
  expect(await server.prisma.user.findUnique({ where: { username: 'w.wu' } })).toMatchObject({
    passwordHash: null,
    department: '规划处',
    dingUserId: '270103',
  });
  const { session } = bound.json<{ session: { token: string } }>();
  const change = await post(
    server,
    '/api/me/password',
    { currentPassword: 'their own password', newPassword: 'correct horse battery' },
    { authorization: `Bearer ${session.token}` },
  );
  expect(change.json()).toEqual({ outcome: 'password-rejected', reason: 'NO_PASSWORD_HERE' });
});

test('no password and no secret is logged', () => {
  const log = JSON.stringify(server.logs());
  for (const secret of ['their own password', 'shared-secret']) expect(log).not.toContain(secret);
});
