import { createServer as createTcpServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { listening, makeCertificate, makeChain, serveTls, type TlsServer } from '../testing/certificates.ts';
import { offersVersion } from './handshake.ts';
import { type InspectOptions, inspectCertificate } from './inspect.ts';

const host = 'app.hangzhou-dept.cn';

const open: TlsServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(options: TlsOptions): Promise<number> {
  const server = await serveTls(options);
  open.push(server);
  return server.port;
}

const inspect = (port: number, more: Partial<InspectOptions> = {}) =>
  inspectCertificate({ host, connectTo: { host: '127.0.0.1', port }, timeoutMs: 5000, ...more });

const codes = (report: { problems: { code: string }[] }) => report.problems.map(({ code }) => code);

test('a good certificate has no problems, and is described completely', async () => {
  const { root, intermediate, leaf } = await makeChain(host, { until: 100.5 });
  const port = await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key });
  const report = await inspect(port, { ca: root.cert });
  expect(report).toMatchObject({
    host,
    subject: host,
    issuer: 'Test / Test CA',
    san: [host],
    daysLeft: 100,
    chainComplete: true,
    selfSigned: false,
    hostMatches: true,
    protocol: 'TLSv1.3',
    trusted: true,
    trustedBy: 'given',
    problems: [],
  });
  expect(report.chain.map(({ subject, from }) => [subject, from])).toEqual([
    [`Test / ${host}`, 'server'],
    ['Test / Test CA', 'server'],
    ['Test / Test Root', 'store'],
  ]);
  expect(report.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(Date.parse(report.validTo) - Date.parse(report.validFrom)).toBeGreaterThan(100 * 86_400_000);
});

test('a server may send the root too', async () => {
  const { root, intermediate, leaf } = await makeChain(host);
  const port = await serve({ cert: leaf.cert + intermediate.cert + root.cert, key: leaf.key });
  const report = await inspect(port, { ca: root.cert });
  expect(codes(report)).toEqual([]);
  expect(report.chain.map(({ from }) => from)).toEqual(['server', 'server', 'store']);
});

test('a self-signed certificate is a problem', async () => {
  const own = await makeCertificate({ name: host, hosts: [host] });
  const report = await inspect(await serve(own));
  expect(codes(report)).toEqual(['SELF_SIGNED']);
  expect(report).toMatchObject({ selfSigned: true, trusted: false, trustedBy: null });
  expect(report.problems[0]?.text).toContain('自制');
});

test.each(['with its root', 'without its root'])(
  'a home-made authority, %s, is untrusted, not a short chain',
  async (how) => {
    const { root, intermediate, leaf } = await makeChain(host);
    const cert = leaf.cert + intermediate.cert + (how === 'with its root' ? root.cert : '');
    const report = await inspect(await serve({ cert, key: leaf.key }));
    expect(codes(report)).toEqual(['UNTRUSTED_AUTHORITY']);
    expect(report.problems[0]?.text).toContain('Test Root');
  },
);

test('only the roots of browsers and the given roots are trusted, not those of the machine', async () => {
  const { intermediate, leaf, root } = await makeChain(host);
  const port = await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key });
  const other = await makeCertificate({ name: 'Other Root', ca: true });
  expect(codes(await inspect(port, { ca: other.cert }))).toEqual(['UNTRUSTED_AUTHORITY']);
  expect(codes(await inspect(port, { ca: [other.cert, root.cert] }))).toEqual([]);
});

test('an incomplete chain of a public authority is recognised by the issuer’s address in the certificate', async () => {
  const { root, intermediate } = await makeChain(host);
  const issuerUrl = 'http://127.0.0.1:1/ca.cer';
  const leaf = await makeCertificate({ name: host, hosts: [host], issuer: intermediate, issuerUrl });
  const report = await inspect(await serve({ cert: leaf.cert, key: leaf.key }), { ca: root.cert });
  expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
  expect(report.problems[0]?.text).toContain('“Test / Test CA”');
  expect(report).toMatchObject({ chainComplete: false, trusted: false, trustedBy: null });
});

test.each([
  ['expired', { from: -100, until: -2 }, ['EXPIRED']],
  ['not yet valid', { from: 2, until: 100 }, ['NOT_YET_VALID']],
  ['good for 29 days', { until: 29.5 }, ['EXPIRES_SOON']],
  ['good for 30 days', { until: 30.5 }, []],
] as const)('a certificate that is %s', async (_name, dates, expected) => {
  const { root, intermediate, leaf } = await makeChain(host, dates);
  const port = await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key });
  const report = await inspect(port, { ca: root.cert });
  expect(codes(report)).toEqual(expected);
  // Dates are one thing, trust is another.
  expect(report.trusted).toBe(true);
});

test('an expired intermediate certificate is a problem', async () => {
  const root = await makeCertificate({ name: 'Test Root', ca: true });
  const intermediate = await makeCertificate({ name: 'Old CA', ca: true, issuer: root, from: -9, until: -2 });
  const leaf = await makeCertificate({ name: host, hosts: [host], issuer: intermediate });
  const report = await inspect(await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key }), {
    ca: root.cert,
  });
  expect(codes(report)).toEqual(['EXPIRED']);
  expect(report.problems[0]?.text).toContain('Old CA');
});

test('all problems are reported at once', async () => {
  const own = await makeCertificate({ name: 'x', hosts: ['other.hangzhou-dept.cn'], from: -9, until: -1.5 });
  const report = await inspect(await serve(own));
  expect(codes(report)).toEqual(['SELF_SIGNED', 'EXPIRED', 'HOST_MISMATCH']);
  expect(report.daysLeft).toBe(-2);
});

describe('a certificate for', () => {
  test.each([
    ['another name', ['other.hangzhou-dept.cn'], false],
    ['the common name alone', [], false],
    ['a wildcard of its level', ['*.hangzhou-dept.cn'], true],
    ['a wildcard of a higher level', ['*.cn'], false],
  ])('%s is checked', async (_name, hosts, matches) => {
    const { root, intermediate, leaf } = await makeChain(host, { hosts });
    const port = await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key });
    const report = await inspect(port, { ca: root.cert });
    expect(report.hostMatches).toBe(matches);
    expect(codes(report)).toEqual(matches ? [] : ['HOST_MISMATCH']);
  });

  test('an address is accepted for that address', async () => {
    const { root, intermediate, leaf } = await makeChain('127.0.0.1');
    const port = await serve({ cert: leaf.cert + intermediate.cert, key: leaf.key });
    const report = await inspectCertificate({ host: '127.0.0.1', port, ca: root.cert, timeoutMs: 5000 });
    expect(codes(report)).toEqual([]);
  });
});

test('weak keys and SHA-1 are problems', async () => {
  const { root, intermediate } = await makeChain(host);
  const short = await makeCertificate({ name: host, hosts: [host], issuer: intermediate, rsa: 1024 });
  const report = await inspect(
    await serve({ cert: short.cert + intermediate.cert, key: short.key, ciphers: 'DEFAULT:@SECLEVEL=0' }),
    { ca: root.cert },
  );
  expect(codes(report)).toEqual(['WEAK_KEY']);
  const old = await makeCertificate({ name: 'Old Root', ca: true, rsa: 2048, hash: 'SHA-1' });
  const signed = await makeCertificate({ name: host, hosts: [host], issuer: old, rsa: 2048, hash: 'SHA-1' });
  const weak = await inspect(
    await serve({ cert: signed.cert, key: signed.key, ciphers: 'DEFAULT:@SECLEVEL=0' }),
    { ca: old.cert },
  );
  expect(codes(weak)).toEqual(['WEAK_SIGNATURE']);
});

describe('versions of TLS', () => {
  test('an old one alone is a problem', async () => {
    const { root, intermediate, leaf } = await makeChain(host);
    const port = await serve({
      cert: leaf.cert + intermediate.cert,
      key: leaf.key,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    expect(codes(await inspect(port, { ca: root.cert }))).toEqual(['OLD_PROTOCOL']);
  });

  test('each is detected', async () => {
    const { intermediate, leaf } = await makeChain(host);
    const base = { cert: leaf.cert + intermediate.cert, key: leaf.key, ciphers: 'ALL:@SECLEVEL=0' };
    const offered = async (options: TlsOptions) => {
      const target = { host: '127.0.0.1', port: await serve({ ...base, ...options }), timeoutMs: 5000 };
      const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
      return Promise.all(versions.map((version) => offersVersion(target, version)));
    };
    expect(await offered({ minVersion: 'TLSv1.2' })).toEqual([false, false, true, true]);
    expect(await offered({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.2' })).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(await offered({ minVersion: 'TLSv1', maxVersion: 'TLSv1.3' })).toEqual([true, true, true, true]);
  });
});

describe('no certificate can be read, and the reason is reported, if', () => {
  const reasonOf = (options: Partial<InspectOptions>) =>
    inspectCertificate({ host, timeoutMs: 5000, ...options }).then(
      () => 'none',
      (error: { name: string; reason: string; message: string }) => {
        expect(error.name).toBe('CertificateUnreachable');
        expect(error.message).toMatch(/[\u4e00-\u9fff]/);
        return error.reason;
      },
    );

  async function serveTcp(answer: (socket: import('node:net').Socket) => void) {
    const server = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => {});
        answer(socket);
      }),
    );
    open.push(server);
    return { host: '127.0.0.1', port: server.port };
  }

  test('nobody listens', async () => {
    const server = await serveTcp(() => {});
    await open.pop()?.close();
    expect(await reasonOf({ connectTo: server })).toBe('refused');
  });

  test('the server speaks plain http', async () => {
    const connectTo = await serveTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await reasonOf({ connectTo })).toBe('not-tls');
  });

  test('the connection is cut off', async () => {
    const connectTo = await serveTcp((socket) => socket.once('data', () => socket.destroy()));
    expect(await reasonOf({ connectTo })).toBe('handshake');
  });

  test('the server is silent', async () => {
    const connectTo = await serveTcp(() => {});
    expect(await reasonOf({ connectTo, timeoutMs: 100 })).toBe('timeout');
    const signal = AbortSignal.abort();
    expect(await reasonOf({ connectTo, signal })).toBe('timeout');
  });

  test('the name does not exist', async () => {
    expect(['dns', 'network']).toContain(await reasonOf({ host: 'no-such-name.invalid' }));
  });
});
