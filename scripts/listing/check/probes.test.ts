import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { listening, makeChain, type TlsServer } from '../../../server/testing/certificates.ts';
import { createProbes, type ProbeSettings } from './probes.ts';

/** The probes on a real gateway, and on servers that are none. */

const host = 'app.hangzhou-dept.cn';
let secure: TlsServer;
let plain: TlsServer;
let ca: string;

beforeAll(async () => {
  const { root, intermediate, leaf } = await makeChain(host);
  ca = root.cert;
  const gateway = createHttpsServer(
    { cert: leaf.cert + intermediate.cert, key: leaf.key, minVersion: 'TLSv1.2' },
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-two': ['a', 'b'] });
      response.end(JSON.stringify({ host: request.headers.host, method: request.method, url: request.url }));
    },
  );
  gateway.on('tlsClientError', () => {});
  secure = await listening(gateway);
  plain = await listening(createServer((_request, response) => response.end('你好')));
});
afterAll(async () => {
  await secure.close();
  await plain.close();
});

const at = (port: number) => ({ host: '127.0.0.1', port });
const probes = (port: number, more: Partial<ProbeSettings> = {}) =>
  createProbes({ host, connect: new Map([[`${host}:443`, at(port)]]), ca, now: Date.now(), ...more });

test('the app is asked under its own name, and each thing once', async () => {
  const found = await probes(secure.port).https({ path: '/api/me?x=1', json: {} });
  expect(found).toMatchObject({
    ok: true,
    answer: { status: 200, headers: { 'x-two': 'a, b' }, json: { host, method: 'POST', url: '/api/me?x=1' } },
  });
  const one = probes(secure.port);
  expect(await one.https({ path: '/' })).toBe(await one.https({ path: '/' }));
});

test('the certificate and the versions of TLS are those of the gateway', async () => {
  const found = probes(secure.port);
  expect(await found.certificate()).toMatchObject({
    ok: true,
    report: { host, trusted: true, trustedBy: 'given' },
  });
  expect(await found.speaks('TLSv1.2')).toBe(true);
  expect(await found.speaks('TLSv1.1')).toBe(false);
});

test('plain http on port 443 is told as such', async () => {
  const found = probes(plain.port);
  expect(await found.https({ path: '/' })).toMatchObject({ ok: false, certain: true });
  expect(await found.certificate()).toMatchObject({
    ok: false,
    reason: expect.stringContaining('答的不是 HTTPS'),
  });
});

test('where nothing listens the connection is refused, and the versions of TLS are unknown', async () => {
  const found = probes(1);
  expect(await found.https({ path: '/' })).toMatchObject({ ok: false, certain: true });
  expect(await found.speaks('TLSv1.2')).toBeNull();
  expect(await found.port('127.0.0.1', 1)).toBe('closed');
  expect(await found.port('127.0.0.1', secure.port)).toBe('open');
});

test('without a domain the probe asks for it by name', async () => {
  expect(await probes(1, { host: null }).https({ path: '/' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('domain.name'),
  });
});

test('a name that does not exist is certain; a resolver that does not answer says nothing of it', async () => {
  const fails = (code: string) => async (): Promise<never> => {
    throw Object.assign(new Error('no'), { code });
  };
  const look = (lookup: NonNullable<ProbeSettings['lookup']>) =>
    probes(1, { connect: new Map(), lookup, timeoutMs: 50 }).lookup('a.cn');
  expect(await look(fails('ENOTFOUND'))).toMatchObject({ ok: false, certain: true });
  expect(await look(fails('EAI_AGAIN'))).toMatchObject({ ok: false, certain: false });
  expect(await look(() => new Promise(() => {}))).toMatchObject({ ok: false, certain: false });
  expect(await look(async () => [{ address: '203.0.113.9', family: 4 }])).toMatchObject({
    addresses: ['203.0.113.9'],
  });
  // In a rehearsal the name is known to lead elsewhere.
  expect(await probes(1).lookup(host)).toEqual({ ok: true, addresses: ['127.0.0.1'], rehearsed: true });
});
