import net from 'node:net';
import { type Built, build } from '../testing/build.ts';

/** What only a connection shows, and no injected request: how it is ended, and what Node would answer by itself. */

let server: Built;
let port: number;

beforeAll(async () => {
  server = await build({ timing: { arrivalMs: 400 } });
  port = Number(new URL(await server.url()).port);
});
afterAll(() => server.close());

/** Sends bytes and, again and again until the connection ends, `more`. @returns everything that came back. */
async function exchange(bytes: string, more?: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
  const drip = more === undefined ? undefined : setInterval(() => socket.write(more), 20);
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('close', resolve));
  clearInterval(drip);
  return text;
}

const login = 'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

test.each([
  ['a head', 'GET /api/me HTTP/1.1\r\nhost: x\r\n', 'x-more: 1\r\n'],
  ['a body', `${login}content-length: 60000\r\n\r\n{`, ' '],
  ['a body in chunks', `${login}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ['a body that stops', `${login}content-length: 60000\r\n\r\n{`, undefined],
  ['nothing at all', '', undefined],
])('%s that does not come to its end in time ends with an answer', async (_, bytes, more) => {
  const answer = await exchange(bytes, more);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n');
  expect(answer).toContain('"code":"INVALID_REQUEST"');
});

test.each([
  [
    'without a host',
    'GET /api/me HTTP/1.1\r\nconnection: close\r\n\r\n',
    '400 Bad Request',
    'INVALID_REQUEST',
  ],
  [
    'with an expectation that nobody knows',
    'GET /api/me HTTP/1.1\r\nhost: x\r\nexpect: the-moon\r\nconnection: close\r\n\r\n',
    '401 Unauthorized',
    'SESSION_EXPIRED',
  ],
])('a request %s gets an answer with a body', async (_, bytes, status, code) => {
  const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status}\r\n`);
  expect(JSON.parse(body)).toMatchObject({ code, message: expect.stringMatching(/。$/) });
});

test('HTTP/1.0 knows no host: a health check by hand still works', async () => {
  expect(await exchange('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"status":"ok"\}$/,
  );
});
