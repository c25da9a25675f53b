import http from 'node:http';
import tls from 'node:tls';
import { postgresUrl } from '../../server/testing/postgres.ts';
import type { DeployPlan } from './plan.ts';
import { json, proxyProtocolAgent, type Sent, send } from './testing/client.ts';
import { describeWithNginx, type Gateway, startGateway } from './testing/nginx.ts';
import { type Stack, startStack } from './testing/stack.ts';

/** How the real nginx takes connections: ports, TLS, load balancers in front, and the client's address. */
describeWithNginx()(`connections to the gateway, on ${new URL(postgresUrl).host}`, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.close());

  /** Tries a handshake. @returns the protocol, or the error's code. */
  function handshake(options: tls.ConnectionOptions, gateway = stack.gateway): Promise<string> {
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

  /** A TLS session of one connection, and whether another connection can resume it. */
  async function resumed(maxVersion: tls.SecureVersion): Promise<boolean> {
    const { gateway } = stack;
    const options = {
      host: '127.0.0.1',
      port: gateway.httpsPort,
      servername: gateway.plan.domain,
      ca: gateway.certificates.map(({ authority }) => authority),
      maxVersion,
    };
    const session = await new Promise<Buffer>((resolve, reject) => {
      const socket = tls.connect(options);
      // With TLS 1.3 it comes after the handshake.
      socket.on('session', (given) => {
        resolve(given);
        socket.destroy();
      });
      socket.on('error', reject).resume();
    });
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ ...options, session });
      socket.on('secureConnect', () => {
        resolve(socket.isSessionReused());
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }

  function plain(
    path: string,
    host: string,
    { gateway = stack.gateway, method = 'GET' } = {},
  ): Promise<{ status: number; location: string | undefined }> {
    return new Promise((resolve) => {
      http
        .request(
          { port: gateway.httpPort, host: '127.0.0.1', path, method, headers: { host } },
          (response) => {
            response.resume();
            resolve({ status: response.statusCode ?? 0, location: response.headers.location });
          },
        )
        .on('error', () => resolve({ status: 0, location: undefined }))
        .end();
    });
  }

  test('http is redirected to https of the same domain, whatever Host the request claims', async () => {
    const { gateway } = stack;
    const { domain } = gateway.plan;
    const address = `https://${domain}:${gateway.httpsPort}`;
    expect(await plain('/console?a=b', domain)).toEqual({ status: 301, location: `${address}/console?a=b` });
    expect(await plain('/', 'attacker.example')).toEqual({ status: 0, location: undefined });
  });

  test('over plain http by address, only a load balancer’s health check reaches an instance', async () => {
    const { domain } = stack.gateway.plan;
    const found = async (path: string, host: string, method = 'GET') =>
      (await plain(path, host, { method })).status;
    expect(await found('/healthz', '10.0.0.10')).toBe(200);
    expect(await found('/healthz', '10.0.0.10', 'HEAD')).toBe(200);
    for (const path of ['/', '/healthz/', '/api/me', '/readyz', '/metrics', '/console', '/docs']) {
      expect({ path, status: await found(path, '10.0.0.10') }).toEqual({ path, status: 0 });
    }
    expect(await found('/healthz', domain)).toBe(301);
  });

  test('the gateway speaks TLS 1.2 and 1.3, and shows no certificate for another name', async () => {
    expect(await handshake({ minVersion: 'TLSv1.3' })).toBe('TLSv1.3');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    expect(await handshake({ servername: 'other.example.gov.cn' })).toMatch(/UNRECOGNIZED_NAME/);
    expect(await handshake({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).toMatch(/ERR_SSL/);
  });

  test('the gateway refuses TLS 1.1 even where the library would take it', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const lax = (configuration: string) =>
      configuration.replace(/ssl_ciphers .*;/g, 'ssl_ciphers DEFAULT:@SECLEVEL=0;');
    const ours = await startGateway(stack.gateway.plan, { edit: lax });
    const refused = await handshake(old, ours);
    await ours.close();
    expect(refused).toMatch(/PROTOCOL_VERSION/);
    // Client and nginx agree on it where the configuration allows it, so the configuration is what refuses.
    const allowed = await startGateway(stack.gateway.plan, {
      edit: (configuration) => lax(configuration).replaceAll('TLSv1.2 TLSv1.3', 'TLSv1.1 TLSv1.2 TLSv1.3'),
    });
    const taken = await handshake(old, allowed);
    await allowed.close();
    expect(taken).toBe('TLSv1.1');
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('the gateway resumes a session of %s', async (version) => {
    expect(await resumed(version)).toBe(true);
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

  describe('behind a load balancer', () => {
    const balancer = '127.0.0.9';
    const claimed = { 'x-forwarded-for': '203.0.113.7, 203.0.113.8' };
    let gateway: Gateway;
    const start = async (loadBalancerKind: DeployPlan['loadBalancerKind']) => {
      gateway = await startGateway({ ...stack.gateway.plan, loadBalancers: [balancer], loadBalancerKind });
    };
    afterEach(() => gateway?.close());

    /** The address that the gateway believes, of a request whose headers claim another. */
    const believed = async (sent: Sent) => {
      const { headers } = await send(gateway, '/healthz', { headers: claimed, ...sent });
      return (await gateway.lineOf(headers['x-request-id'])).address;
    };

    test('a layer 7 balancer’s X-Forwarded-For counts, and nobody else’s', async () => {
      await start('layer7');
      // The last address is the one that the balancer has written itself.
      expect(await believed({ from: balancer })).toBe('203.0.113.8');
      expect(await believed({ from: '127.0.0.2' })).toBe('127.0.0.2');
    });

    test('a layer 4 balancer’s PROXY protocol counts, from that balancer alone', async () => {
      await start('layer4-proxy-protocol');
      const through = (from: string, version: 1 | 2 = 1) => ({
        agent: proxyProtocolAgent(gateway, { from, client: '198.51.100.4', version }),
      });
      expect(await believed(through(balancer))).toBe('198.51.100.4');
      expect(await believed(through(balancer, 2))).toBe('198.51.100.4');
      expect(await believed(through('127.0.0.2'))).toBe('127.0.0.2');
      // And it is what the instance writes down.
      const body = { authCode: stack.code('chenguang') };
      const login = await send(gateway, '/api/auth/login', { body, headers: claimed, ...through(balancer) });
      expect(json(login).outcome).toBe('signed-in');
      const { address } = await stack.database.prisma.session.findFirstOrThrow({
        orderBy: { createdAt: 'desc' },
      });
      expect(address).toBe('198.51.100.4');
      // A connection without it is refused; the balancer's health check needs none.
      expect((await send(gateway, '/healthz')).status).toBe(0);
      expect(await gateway.everythingWritten()).toContain('broken header');
      expect((await plain('/healthz', '10.0.0.10', { gateway })).status).toBe(200);
    });

    test('behind a layer 4 balancer that keeps the source address no header counts', async () => {
      await start('layer4-transparent');
      expect(await believed({ from: balancer })).toBe(balancer);
    });
  });

  test('an older nginx reads the configuration made for it', async () => {
    const gateway = await startGateway(stack.gateway.plan, { version: '1.18.0' });
    const answer = await send(gateway, '/healthz');
    await gateway.close();
    expect(answer.status).toBe(200);
  });
});
