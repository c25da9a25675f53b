import tls from 'node:tls';
import { bodyLimit, importLimit } from '../../server/config/limits.ts';
import { postgresUrl } from '../../server/testing/postgres.ts';
import { type Exchange, json, send } from './testing/client.ts';
import { describeWithNginx } from './testing/nginx.ts';
import { type Stack, startStack } from './testing/stack.ts';

/** The requests that the generated configuration passes on, and those that it answers itself, on the real nginx. */
describeWithNginx()(`the gateway, on ${new URL(postgresUrl).host}`, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.close());

  function expectReadable(exchange: Exchange, status: number, code: string): void {
    expect({ status: exchange.status, code: json(exchange).code }).toEqual({ status, code });
    expect(Object.keys(json(exchange)).sort()).toEqual([
      'code',
      'error',
      'message',
      'requestId',
      'statusCode',
    ]);
    expect(json(exchange)).toMatchObject({ statusCode: status, requestId: exchange.headers['x-request-id'] });
    expect(json(exchange).message).toMatch(/^[\u3000-\u9fff\uff00-\uffef A-Z]+。$/);
    expect(exchange.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(exchange.headers['cache-control']).toBe('no-store');
  }

  /** Which instance was asked; empty where none was. */
  const asked = async ({ headers }: Exchange) =>
    (await stack.gateway.lineOf(headers['x-request-id'])).instance;

  test('every answer carries HSTS once, whether the server or the gateway gives it', async () => {
    for (const path of ['/healthz', '/api/me', '/console', '/metrics']) {
      const { headers } = await send(stack.gateway, path);
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  test('a body up to the limit reaches the server, a longer one is answered readably', async () => {
    const { gateway } = stack;
    const filled = (bytes: number) => JSON.stringify({ authCode: 'x'.repeat(bytes - 15) });
    expect(filled(bodyLimit)).toHaveLength(bodyLimit);
    const longest = await send(gateway, '/api/auth/login', { body: filled(bodyLimit) });
    expect({ status: longest.status, code: json(longest).code }).toEqual({
      status: 400,
      code: 'INVALID_REQUEST',
    });
    const tooLong = await send(gateway, '/api/auth/login', { body: filled(bodyLimit + 1) });
    expectReadable(tooLong, 413, 'PAYLOAD_TOO_LARGE');
    expect(await asked(tooLong)).toBe('');
  });

  test('the import of people takes a larger file, and no larger one than the server', async () => {
    const address = '/api/admin/import/preview';
    const upload = (bytes: number) =>
      send(stack.gateway, address, { body: 'x'.repeat(bytes), headers: { 'content-type': 'text/csv' } });
    const largest = await upload(importLimit);
    // Without a session: the server itself must refuse.
    expect({ status: largest.status, code: json(largest).code }).toEqual({
      status: 401,
      code: 'SESSION_EXPIRED',
    });
    const tooLarge = await upload(importLimit + 1);
    expectReadable(tooLarge, 413, 'PAYLOAD_TOO_LARGE');
    expect([(await asked(largest)) === '', (await asked(tooLarge)) === '']).toEqual([false, true]);
  });

  test.each(['/metrics', '/readyz', '/docs', '/docs/json'])(
    'the gateway does not hand out %s',
    async (path) => {
      const answer = await send(stack.gateway, path);
      expectReadable(answer, 404, 'NOT_FOUND');
      expect(await asked(answer)).toBe('');
      const direct = await fetch(`${stack.instances[0]?.url}${path}`);
      expect(direct.status).toBe(200);
    },
  );

  test('the gateway passes the server’s faults on unchanged', async () => {
    const answer = await send(stack.gateway, '/api/me');
    expect({ status: answer.status, code: json(answer).code }).toEqual({
      status: 401,
      code: 'SESSION_EXPIRED',
    });
    expect(json(answer).requestId).toMatch(/^[0-9a-f]{32}$/);
    expect((await stack.gateway.lineOf(json(answer).requestId)).path).toBe('/api/me');
  });

  test('the client’s request id is kept; an invalid one is replaced', async () => {
    const own = '0b0e4d3c-9f1a-4c55-8d21-6a7b8c9d0e1f';
    const numbered = (given: string) =>
      send(stack.gateway, '/api/me', { headers: { 'x-request-id': given } });
    expect(json(await numbered(own)).requestId).toBe(own);
    expect((await stack.gateway.lineOf(own)).path).toBe('/api/me');
    for (const forged of ['"}{"path":"/forged', `${own}${own}`, own.toUpperCase()]) {
      expect(json(await numbered(forged)).requestId).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(await stack.gateway.everythingWritten()).not.toContain('forged');
  });

  test('a request that is not HTTP is refused with a readable answer', async () => {
    const answer = await send(stack.gateway, '/api/me', { headers: { 'x-long': 'x'.repeat(40_000) } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('请求的内容不对');
  });

  test('the access log holds no query', async () => {
    for (const path of ['/api/me?cursor=13800001234', '/metrics?token=13800001234']) {
      const { headers } = await send(stack.gateway, path);
      const line = await stack.gateway.lineOf(headers['x-request-id']);
      expect(line.path).toBe(path.replace(/\?.*/, ''));
    }
    expect(await stack.gateway.everythingWritten()).not.toContain('13800001234');
  });

  test('a whole office behind one address is let in; a runaway client is refused', async () => {
    const from = '127.0.0.3';
    const office = await pipelined(1500, from);
    expect(office.statuses).toEqual({ 200: 1500 });
    // Sends as fast as it can until it is stopped, more than any limit allows.
    let wild = office;
    for (let round = 0; round < 40 && wild.statuses[429] === undefined; round += 1) {
      wild = await pipelined(1500, from);
    }
    expect(wild.statuses[429]).toBeGreaterThan(0);
    expect(wild.refused).toMatch(/retry-after: 10/i);
    expect(wild.refused).toContain('"code":"TOO_MANY_REQUESTS"');
    // Others do not notice.
    expect((await send(stack.gateway, '/healthz', { from: '127.0.0.4' })).status).toBe(200);
  });

  /** Requests for /healthz written at once over a few connections; far cheaper than a client each. */
  async function pipelined(
    count: number,
    from: string,
  ): Promise<{ statuses: Record<number, number>; refused: string }> {
    const connections = 10;
    const texts = await Promise.all(
      Array.from({ length: connections }, () => pipeline(count / connections, from)),
    );
    const statuses: Record<number, number> = {};
    for (const [, status = ''] of texts.join('').matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + 1;
    }
    const refused = texts
      .join('')
      .split(/(?=HTTP\/1\.1 )/)
      .find((text) => text.startsWith('HTTP/1.1 429'));
    return { statuses, refused: refused ?? '' };
  }

  function pipeline(count: number, from: string): Promise<string> {
    const { gateway } = stack;
    return new Promise((resolve, reject) => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: gateway.httpsPort,
        localAddress: from,
        servername: gateway.plan.domain,
        ca: gateway.certificates.map(({ authority }) => authority),
      } as tls.ConnectionOptions);
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', reject).on('close', () => resolve(text));
      const request = (last: boolean) =>
        `GET /healthz HTTP/1.1\r\nHost: ${gateway.plan.domain}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
      socket.write(Array.from({ length: count }, (_, at) => request(at === count - 1)).join(''));
    });
  }
});
