import http from 'node:http';
import tls from 'node:tls';
import { bodyLimit, importLimit } from '../../server/limits.ts';
import { postgresUrl } from '../../server/testing/database.ts';
import { type Exchange, json, send } from './testing/client.ts';
import { describeWithNginx, startGateway } from './testing/nginx.ts';
import { type Stack, startStack } from './testing/stack.ts';

/** What the generated configuration lets through and what it answers by itself, on the real nginx. */
describeWithNginx()(`the gateway, on ${new URL(postgresUrl).host}`, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.close());

  /** Tries a handshake. @returns the protocol, or the error's code. */
  function handshake(options: tls.ConnectionOptions): Promise<string> {
    const { gateway } = stack;
    return new Promise((resolve) => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: gateway.httpsPort,
        servername: gateway.plan.domain,
        ca: gateway.certificates.map(({ authority }) => authority),
        ...options,
      });
      socket.on('secureConnect', () => {
        resolve(socket.getProtocol() ?? '');
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  }

  function plain(path: string, host: string): Promise<{ status: number; location: string | undefined }> {
    return new Promise((resolve) => {
      http
        .get({ port: stack.gateway.httpPort, host: '127.0.0.1', path, headers: { host } }, (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, location: response.headers.location });
        })
        .on('error', () => resolve({ status: 0, location: undefined }));
    });
  }

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

  test('http is sent to https of the same domain, whatever the request claims', async () => {
    const { gateway } = stack;
    const { domain } = gateway.plan;
    const address = `https://${domain}:${gateway.httpsPort}`;
    expect(await plain('/console?a=b', domain)).toEqual({ status: 301, location: `${address}/console?a=b` });
    expect(await plain('/', 'attacker.example')).toEqual({ status: 0, location: undefined });
  });

  test('TLS 1.2 and 1.3, nothing older, and no certificate for another name', async () => {
    expect(await handshake({ minVersion: 'TLSv1.3' })).toBe('TLSv1.3');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    expect(await handshake(old)).toMatch(/PROTOCOL_VERSION/);
    expect(await handshake({ servername: 'other.example.gov.cn' })).toMatch(/UNRECOGNIZED_NAME/);
    expect(await handshake({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).toMatch(/ERR_SSL/);
  });

  test('HSTS once, on answers of the server and of the gateway alike', async () => {
    for (const path of ['/healthz', '/api/me', '/console', '/metrics']) {
      const { headers } = await send(stack.gateway, path);
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  test('a made-up X-Forwarded-For changes nothing: session and audit log have the real address', async () => {
    const claims = {
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
    };
    const body = { authCode: stack.code('zhangsan') };
    const login = await send(stack.gateway, '/api/auth/login', { body, headers: claims, from: '127.0.0.2' });
    expect(json(login).outcome).toBe('signed-in');
    const addresses = async (table: 'session' | 'auditLog') =>
      table === 'session'
        ? (await stack.database.prisma.session.findMany()).map(({ address }) => address)
        : (await stack.database.prisma.auditLog.findMany()).map(({ address }) => address);
    expect(await addresses('session')).toEqual(['127.0.0.2']);
    expect(await addresses('auditLog')).toEqual(['127.0.0.2']);
    // The number that the person sees leads to the line.
    const line = await stack.gateway.lineOf(login.headers['x-request-id']);
    expect(line).toMatchObject({ path: '/api/auth/login', address: '127.0.0.2' });
  });

  test('behind a load balancer its word counts, and nobody else’s', async () => {
    const gateway = await startGateway({ ...stack.gateway.plan, loadBalancers: ['127.0.0.9'] });
    const claimed = { 'x-forwarded-for': '203.0.113.7, 203.0.113.8' };
    const addressOf = async (from: string) => {
      const { headers } = await send(gateway, '/healthz', { headers: claimed, from });
      return (await gateway.lineOf(headers['x-request-id'])).address;
    };
    const addresses = [await addressOf('127.0.0.9'), await addressOf('127.0.0.2')];
    await gateway.close();
    // The last address is the one that the balancer has written itself.
    expect(addresses).toEqual(['203.0.113.8', '127.0.0.2']);
  });

  test('an older nginx reads its configuration as well', async () => {
    const gateway = await startGateway(stack.gateway.plan, '1.18.0');
    const answer = await send(gateway, '/healthz');
    await gateway.close();
    expect(answer.status).toBe(200);
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
    // Nobody is signed in: that is for the server to say.
    expect({ status: largest.status, code: json(largest).code }).toEqual({
      status: 401,
      code: 'SESSION_EXPIRED',
    });
    const tooLarge = await upload(importLimit + 1);
    expectReadable(tooLarge, 413, 'PAYLOAD_TOO_LARGE');
    expect([(await asked(largest)) === '', (await asked(tooLarge)) === '']).toEqual([false, true]);
  });

  test.each(['/metrics', '/readyz', '/docs', '/docs/json'])('%s stays inside', async (path) => {
    const answer = await send(stack.gateway, path);
    expectReadable(answer, 404, 'NOT_FOUND');
    expect(await asked(answer)).toBe('');
    const direct = await fetch(`${stack.instances[0]?.url}${path}`);
    expect(direct.status).toBe(200);
  });

  test('the server’s own faults go through as they are', async () => {
    const answer = await send(stack.gateway, '/api/me');
    expect({ status: answer.status, code: json(answer).code }).toEqual({
      status: 401,
      code: 'SESSION_EXPIRED',
    });
    expect(json(answer).requestId).toMatch(/^[0-9a-f]{8}-/);
  });

  test('what is not HTTP for it is refused readably', async () => {
    const answer = await send(stack.gateway, '/api/me', { headers: { 'x-long': 'x'.repeat(40_000) } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('请求的内容不对');
  });

  test('no query is written down', async () => {
    for (const path of ['/api/notices?cursor=13800001234', '/metrics?token=13800001234']) {
      const { headers } = await send(stack.gateway, path);
      const line = await stack.gateway.lineOf(headers['x-request-id']);
      expect(line.path).toBe(path.replace(/\?.*/, ''));
    }
    expect(await stack.gateway.everythingWritten()).not.toContain('13800001234');
  });

  test('an office behind one address is let in, a machine that runs wild is not', async () => {
    const from = '127.0.0.3';
    const office = await pipelined(1500, from);
    expect(office.statuses).toEqual({ 200: 1500 });
    // As fast as it goes until it is stopped; more than any limit would let through.
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
