import net from 'node:net';
import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get, post, rowCounts, ticketOf } from '../testing/http.ts';

/** Whatever comes in, the answer is a fault of the contract, and nothing is stored. */

let server: Built;
let token: string;
let admin: string;
let before: Record<string, number>;

beforeAll(async () => {
  server = await build({ env: { REQUESTS_PER_MINUTE: '3000' } });
  token = await server.tokenOf('zhangsan');
  admin = await server.tokenOf('admin');
  await ticketOf(server, 'lisi');
  before = await rowCounts(server.prisma);
  server.emulator.control.reset();
});

afterEach(async () => {
  expect(await rowCounts(server.prisma)).toEqual(before);
  expect(server.emulator.control.calls()).toEqual({});
});
afterAll(() => server.close());

const authCode = 'c'.repeat(32);
const binding = { ticket: 't'.repeat(43), username: 'lisi', password: 'right' };
const routes = { '/api/auth/login': { authCode }, '/api/auth/bind': binding } as const;
type Route = keyof typeof routes;

function send(url: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  return server.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

const badBodies: [Route, string, unknown][] = [
  ['/api/auth/login', 'nothing', {}],
  ['/api/auth/login', 'null', null],
  ['/api/auth/login', 'an array', [{ authCode }]],
  ['/api/auth/login', 'a text', 'authCode'],
  ['/api/auth/login', 'a number', 1],
  ['/api/auth/login', 'a number for a text', { authCode: 1 }],
  ['/api/auth/login', 'a truth value for a text', { authCode: true }],
  ['/api/auth/login', 'null for a text', { authCode: null }],
  ['/api/auth/login', 'an array for a text', { authCode: [authCode] }],
  ['/api/auth/login', 'an object for a text', { authCode: { $ne: '' } }],
  ['/api/auth/login', 'null where it may be absent', { authCode, corpId: null }],
  ['/api/auth/login', 'an empty text where it may be absent', { authCode, corpId: '' }],
  ['/api/auth/login', 'a client that does not exist', { authCode, client: 'web' }],
  ['/api/auth/login', 'another case', { authCode, client: 'H5' }],
  ['/api/auth/login', 'a field too many', { authCode, userId: '1' }],
  ['/api/auth/login', 'a field named like a built-in', { authCode, toString: 'x' }],
  ['/api/auth/login', 'NUL', { authCode: `a\u0000b` }],
  ['/api/auth/login', 'NUL in the organisation', { authCode, corpId: '\u0000' }],
  ['/api/auth/login', 'a text too long', { authCode: 'a'.repeat(513) }],
  ['/api/auth/bind', 'nothing', {}],
  ['/api/auth/bind', 'a ticket alone', { ticket: binding.ticket }],
  ['/api/auth/bind', 'a number as the password', { ...binding, password: 123456 }],
  ['/api/auth/bind', 'a number as the user name', { ...binding, username: 1 }],
  ['/api/auth/bind', 'an array as the user name', { ...binding, username: ['lisi'] }],
  ['/api/auth/bind', 'an empty password', { ...binding, password: '' }],
  ['/api/auth/bind', 'NUL in the user name', { ...binding, username: 'lisi\u0000' }],
  ['/api/auth/bind', 'half a character in the user name', { ...binding, username: 'lisi\ud800' }],
  ['/api/auth/bind', 'halves of a character in the wrong order', { ...binding, username: '\udfb7\ud842' }],
  ['/api/auth/bind', 'NUL in the password', { ...binding, password: '\u0000' }],
  ['/api/auth/bind', 'a password too long', { ...binding, password: 'p'.repeat(257) }],
  ['/api/auth/bind', 'a user name too long', { ...binding, username: 'u'.repeat(65) }],
  ['/api/auth/bind', 'a field too many', { ...binding, dingUserId: '270101' }],
];

test.each(badBodies)('%s with %s', async (url, _, body) => {
  expectFault(await post(server, url, body), 400, 'INVALID_REQUEST');
});

test('no route takes a field that it does not know', async () => {
  const { paths } = (await server.app.inject('/docs/json')).json<{ paths: Record<string, object> }>();
  const posts = Object.entries(paths).flatMap(([path, methods]) => ('post' in methods ? [path] : []));
  expect(posts).toContain('/api/auth/logout');
  const taken: string[] = [];
  for (const path of posts) {
    const url = path.replace('{id}', '019ab000-0000-7000-8000-000000000000');
    const { statusCode, body } = await post(server, url, { unheardOf: 1 }, bearer(admin));
    if (statusCode === 400 && body.includes('INVALID_REQUEST')) continue;
    // The file of an import is no JSON.
    if (statusCode === 415 && path.startsWith('/api/admin/import')) continue;
    taken.push(`${path}: ${statusCode} ${body}`);
  }
  expect(taken).toEqual([]);
});

test('a character of two UTF-16 halves counts as one', async () => {
  const answer = await post(server, '/api/auth/bind', { ...binding, username: '𠮷田', password: '👍👍' });
  expect(answer.statusCode).toBe(200);
});

describe.each(Object.keys(routes) as Route[])('%s', (url) => {
  const good = JSON.stringify(routes[url]);

  test.each([
    ['an open brace', '{'],
    ['half of it', good.slice(0, -5)],
    ['no quotes', '{authCode: 1}'],
    ['two of them', `${good}${good}`],
    ['a trailing comma', `${good.slice(0, -1)},}`],
    ['nothing', ''],
    ['blanks', '   '],
    ['NaN', 'NaN'],
    ['a form', 'authCode=1'],
    ['a key that changes prototypes', `{"__proto__":{"authCode":"x"},${good.slice(1)}`],
    ['a constructor’s prototype', `{"constructor":{"prototype":{"x":1}},${good.slice(1)}`],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
    ['ten thousand brackets', '['.repeat(10_000)],
  ])('a body that is %s is no JSON of ours', async (_, body) => {
    expectFault(await send(url, body), 400, 'INVALID_REQUEST');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('%s is not accepted', async (type) => {
    expectFault(await send(url, good, { 'content-type': type }), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  test('a body of up to 64 KiB is read, a larger one is refused', async () => {
    const padded = (bytes: number) => good + ' '.repeat(bytes - good.length);
    expectFault(await send(url, padded(64 * 1024 + 1)), 413, 'PAYLOAD_TOO_LARGE');
    expectFault(await send(url, 'x'.repeat(64 * 1024)), 400, 'INVALID_REQUEST');
    expectFault(
      await send(url, JSON.stringify({ ...routes[url], more: 'x'.repeat(1 << 20) })),
      413,
      'PAYLOAD_TOO_LARGE',
    );
  });
});

test('a length that is announced too large is refused before the body comes', async () => {
  const { hostname, port } = new URL(await server.url());
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(
        `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
          `content-length: ${10 << 20}\r\n\r\n{`,
      );
    });
    socket.on('error', reject);
    socket.on('data', (data) => {
      resolve(String(data));
      socket.destroy();
    });
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('"code":"PAYLOAD_TOO_LARGE"');
});

test.each([
  ['no HTTP', 'GARBAGE\r\n\r\n'],
  ['a header too large', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
  // To a route that waits for the body: another would have answered before the chunk is looked at.
  [
    'a chunk without a length',
    'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      'transfer-encoding: chunked\r\n\r\nzz\r\n',
  ],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
])('%s is answered in the contract’s shape too', async (_, bytes) => {
  const { hostname, port } = new URL(await server.url());
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  const { requestId, ...rest } = JSON.parse(body);
  expect(head).toContain(`x-request-id: ${requestId}`);
  expect(rest).toEqual({
    statusCode: 400,
    error: 'Bad Request',
    code: 'INVALID_REQUEST',
    message: expect.stringMatching(/。$/),
  });
});

test.each(['/', '/api', '/api/', '/api/auth/login', '/api/me/x/y', '/..%2f..%2fetc', '//api/me'])(
  'there is nothing to GET at %s',
  async (url) => expectFault(await get(server, url, token), 404, 'NOT_FOUND'),
);

test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('%s does nothing', async (method) => {
  const headers = bearer(token);
  for (const url of ['/api/me', '/api/me/sessions', '/api/auth/logout']) {
    expectFault(await server.app.inject({ method, url, headers }), 404, 'NOT_FOUND');
  }
});

test('an address that cannot be decoded, and parameters that do not exist', async () => {
  expectFault(await get(server, '/api/%ff', token), 400, 'INVALID_REQUEST');
  expectFault(await get(server, '/api/notices?page=2', token), 400, 'INVALID_REQUEST'); // part: notices
  expectFault(await get(server, '/api/notices?__proto__=2', token), 400, 'INVALID_REQUEST'); // part: notices
  expectFault(await get(server, '/api/notices?cursor[]=2', token), 400, 'INVALID_REQUEST'); // part: notices
});

test('the client’s number of a request is kept; one that is no number is replaced, and gets into no log', async () => {
  const ask = (given: string) => server.app.inject({ url: '/api/me', headers: { 'x-request-id': given } });
  const own = '0b0e4d3c-9f1a-4c55-8d21-6a7b8c9d0e1f';
  const answer = await ask(own);
  expectFault(answer, 401, 'SESSION_EXPIRED');
  expect(answer.headers['x-request-id']).toBe(own);
  expect((await ask('ab'.repeat(16))).headers['x-request-id']).toBe('ab'.repeat(16));
  for (const forged of [
    '<script>',
    '',
    `${own}\n{"level":50}`,
    `${own}, ${own}`,
    own.toUpperCase(),
    'a'.repeat(9000),
  ]) {
    const refused = await ask(forged);
    expectFault(refused, 401, 'SESSION_EXPIRED');
    expect(refused.headers['x-request-id']).not.toBe(forged);
    expect(JSON.stringify(server.logs())).not.toContain(
      JSON.stringify(forged).slice(1, -1) || 'no empty number',
    );
  }
});

test('one machine that runs wild is told to wait; health checks are not counted', async () => {
  const wild = { remoteAddress: '192.0.2.1' };
  let last = await server.app.inject({ url: '/api/me', ...wild });
  for (let at = 0; at < 6000 && last.statusCode !== 429; at += 1) {
    last = await server.app.inject({ url: '/api/me', ...wild });
  }
  expectFault(last, 429, 'TOO_MANY_REQUESTS');
  expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await server.app.inject({ url: '/healthz', ...wild })).statusCode).toBe(200);
  expect((await server.app.inject({ url: '/readyz', ...wild })).statusCode).toBe(200);
  expect((await get(server, '/api/me', token)).statusCode).toBe(200);
});
