import { createServer, type Server } from 'node:tls';
import { type Built, build } from '../testing/build.ts';
import {
  listening,
  makeCertificate,
  serveTls,
  type TestCertificate,
  type TlsServer,
} from '../testing/certificates.ts';
import { createCertificateWatch } from './watch.ts';

/** The certificate watch in the running server, against a gateway whose certificate is replaced. */

const day = 86_400_000;
const host = 'app.hangzhou-dept.cn';

let authority: TestCertificate;
let gateway: Server;
let address: TlsServer;
let server: Built;

const environment = () => ({
  PUBLIC_ORIGIN: `https://${host}`,
  CERTIFICATE_ADDRESS: `127.0.0.1:${address.port}`,
});

beforeAll(async () => {
  authority = await makeCertificate({ name: 'Test CA', ca: true });
  gateway = createServer({ cert: authority.cert, key: authority.key }, (socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  gateway.on('tlsClientError', () => {});
  address = await listening(gateway);
  await install(60);
  server = await build({ env: environment() });
});
afterAll(async () => {
  await server?.close();
  await address?.close();
});

let ahead = 0;
/** Messages of earlier tests. */
let seen = 0;
function advance(days: number): void {
  ahead += days;
  server.advance(days * day);
}
afterEach(async () => {
  advance(-ahead);
  await server.prisma.outboxMessage.deleteMany();
  seen = server.emulator.control.messages().length;
});

/** Puts a new certificate on the gateway, with so many days left. */
async function install(days: number): Promise<void> {
  const leaf = await makeCertificate({ name: host, hosts: [host], issuer: authority, until: days + 0.5 });
  gateway.setSecureContext({ cert: leaf.cert + authority.cert, key: leaf.key });
}

/** The texts that the administrator has got, oldest first. */
async function told(): Promise<string[]> {
  // The running workers send too, so an empty round here does not mean that everything is sent.
  for (;;) {
    await server.app.outbox.drain();
    if ((await server.prisma.outboxMessage.count({ where: { status: { not: 'SENT' } } })) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return server.emulator.control
    .messages()
    .slice(seen)
    .map((message) => {
      // The platform delivers the same text once a day: each test has days of its own.
      expect(message).toMatchObject({ kind: 'work-notification', undelivered: [] });
      expect(message.receivers).toHaveLength(1);
      return JSON.stringify(message.content);
    });
}

const look = () => server.app.checkCertificate();

test('the certificate is checked at the start, and shown', async () => {
  await server.app.ready();
  while (server.app.certificateStatus() === null) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(server.app.certificateStatus()).toEqual({
    host,
    daysLeft: 60,
    validTo: expect.stringMatching(/^\d{4}-/),
    problems: [expect.stringContaining('自建的机构')],
    checkedAt: expect.stringMatching(/^\d{4}-/),
  });
  const { body } = await server.app.inject({ url: '/metrics' });
  expect(body).toContain(`certificate_days_left{host="${host}"} 60`);
  expect(await told()).toEqual([]);
});

test('administrators are notified at 30, 14, 7 and 1 days, once each', async () => {
  await install(31);
  await look();
  expect(await told()).toEqual([]);
  for (const [days, expected] of [
    [30, 1],
    [29, 1],
    [15, 1],
    [14, 2],
    [13, 2],
    [7, 3],
    [2, 3],
    [1, 4],
    [0, 4],
    [-3, 4],
  ] as const) {
    advance(31 - days - ahead);
    await look();
    await look();
    expect({ days, told: (await told()).length }).toEqual({ days, told: expected });
    expect(server.app.certificateStatus()?.daysLeft).toBe(days);
  }
  const texts = await told();
  for (const [at, days] of [30, 14, 7, 1].entries()) {
    expect(texts[at]).toContain(`${host} 的 HTTPS 证书还有 ${days} 天到期`);
  }
});

test('after a standstill only the most urgent alert is sent, and no milder one later', async () => {
  await install(6);
  await look();
  expect(await told()).toEqual([expect.stringContaining('还有 6 天')]);
  // A clock that is behind, on another instance or after a correction.
  advance(-5);
  await look();
  advance(-10);
  await look();
  expect(await told()).toHaveLength(1);
  advance(20);
  await look();
  expect(await told()).toEqual([expect.any(String), expect.stringContaining('还有 1 天')]);
});

test('the alert for an expired certificate says so', async () => {
  await install(-2);
  await look();
  expect(await told()).toEqual([expect.stringContaining('已于')]);
  expect(server.app.certificateStatus()?.problems).toContainEqual(expect.stringContaining('过期'));
});

test('a replaced certificate has alerts of its own', async () => {
  await install(5);
  await look();
  await install(90);
  await look();
  expect(await told()).toHaveLength(1);
  await install(4);
  await look();
  expect(await told()).toHaveLength(2);
});

test('several instances and restarts send one alert', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(() => build({ database: server.database, emulator: server.emulator, env: environment() })),
  );
  try {
    await install(10);
    await Promise.all(others.map((other) => other.app.ready()));
    await Promise.all([server, ...others].map((one) => one.app.checkCertificate()));
    expect(await told()).toHaveLength(1);
    expect(others.map((other) => other.app.certificateStatus()?.daysLeft)).toEqual([10, 10, 10]);
  } finally {
    for (const other of others) await other.close();
  }
  const restarted = await build({ database: server.database, emulator: server.emulator, env: environment() });
  try {
    await restarted.app.ready();
    await restarted.app.checkCertificate();
    expect(await told()).toHaveLength(1);
  } finally {
    await restarted.close();
  }
});

test('if no administrator can be notified, the log says so', async () => {
  await install(11);
  await server.prisma.user.updateMany({ where: { role: 'ADMIN' }, data: { status: 'DISABLED' } });
  try {
    await look();
    expect(await told()).toEqual([]);
    expect(server.logs()).toContainEqual(
      expect.objectContaining({ level: 50, alert: 'nobody', msg: expect.stringContaining('no bound') }),
    );
  } finally {
    await server.prisma.user.updateMany({ where: { role: 'ADMIN' }, data: { status: 'ACTIVE' } });
  }
  await look();
  expect(await told()).toHaveLength(1);
});

test('an alert that could not be written is sent after the next check', async () => {
  await install(12);
  await server.prisma.$executeRaw`ALTER TABLE outbox_messages RENAME TO outbox_messages_away`;
  try {
    await look();
    expect(server.app.certificateStatus()).toMatchObject({ daysLeft: 12 });
  } finally {
    await server.prisma.$executeRaw`ALTER TABLE outbox_messages_away RENAME TO outbox_messages`;
  }
  expect(server.logs()).toContainEqual(
    expect.objectContaining({ level: 50, msg: expect.stringContaining('could not be written') }),
  );
  await look();
  expect(await told()).toHaveLength(1);
});

test('a gateway that does not answer is shown, and the server runs on', async () => {
  await install(50);
  await look();
  const away = await build({
    database: server.database,
    emulator: server.emulator,
    env: { ...environment(), CERTIFICATE_ADDRESS: '127.0.0.1:1' },
  });
  try {
    await away.app.ready();
    await away.app.checkCertificate();
    expect(away.app.certificateStatus()).toMatchObject({
      host,
      daysLeft: null,
      validTo: null,
      problems: [
        expect.stringContaining('网关还没有部署好'),
        expect.stringContaining('没能检查证书：127.0.0.1 的 1 端口没有服务在监听'),
      ],
    });
    const { body } = await away.app.inject({ url: '/metrics' });
    expect(body).not.toContain('certificate_days_left{');
    expect((await away.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  } finally {
    await away.close();
  }
});

test('a forgotten gateway is reported at once, before its certificate expires', async () => {
  const forgotten = await makeCertificate({ name: host, hosts: [host], issuer: authority, until: 13.5 });
  const second = await serveTls({ cert: forgotten.cert + authority.cert, key: forgotten.key });
  const both = await build({
    database: server.database,
    emulator: server.emulator,
    env: { ...environment(), CERTIFICATE_ADDRESS: `127.0.0.1:${address.port},127.0.0.1:${second.port}` },
  });
  try {
    await install(80);
    await both.app.ready();
    await both.app.checkCertificate();
    const { daysLeft, problems = [] } = both.app.certificateStatus() ?? {};
    expect(daysLeft).toBe(13);
    expect(problems[0]).toMatch(/各网关的证书不一样.*请把新证书换到每一台网关上/);
    expect(problems).toContainEqual(expect.stringMatching(`^127.0.0.1:${second.port}：证书还有 13 天到期`));
    expect(await told()).toEqual([expect.stringContaining('还有 13 天到期')]);
    await second.close();
    await both.app.checkCertificate();
    // The other one is still looked at.
    expect(both.app.certificateStatus()).toMatchObject({
      daysLeft: 80,
      problems: expect.arrayContaining([
        expect.stringMatching(`^127.0.0.1:${second.port}：没能检查证书`),
        expect.stringContaining('自建的机构'),
      ]),
    });
  } finally {
    await both.close();
    await second.close().catch(() => {});
  }
});

test('the last known certificate is shown while the gateway is away', async () => {
  await install(50);
  await look();
  advance(2);
  gateway.setSecureContext({});
  await look();
  expect(server.app.certificateStatus()).toMatchObject({
    daysLeft: 48,
    problems: [expect.stringContaining('没能检查证书')],
  });
  await install(70);
  await look();
  expect(server.app.certificateStatus()).toMatchObject({ daysLeft: 72 - 4 });
});

test('without PUBLIC_ORIGIN nothing is watched', async () => {
  const plain = await build({ database: server.database, emulator: server.emulator });
  try {
    await plain.app.ready();
    await plain.app.checkCertificate();
    expect(plain.app.certificateStatus()).toBeNull();
  } finally {
    await plain.close();
  }
});

test('a certificate with problems is checked every minute, a good one every four hours; the log has one line', async () => {
  const lines: string[] = [];
  const note = (_: unknown, message: string) => lines.push(message);
  let now = Date.now();
  const watch = createCertificateWatch({
    target: { host, port: 443, connectTo: [{ host: '127.0.0.1', port: address.port }] },
    now: () => now,
    log: { info: note, warn: note } as never,
    seen: async () => {},
  });
  const { signal } = new AbortController();
  expect(watch.isDue()).toBe(true);
  gateway.setSecureContext({});
  await watch.look(signal);
  await watch.look(signal);
  expect(lines).toEqual(['the certificate could not be looked at']);
  expect(watch.status()?.problems[0]).toContain('网关还没有部署好');
  await install(90);
  await watch.look(signal);
  // Browsers do not know the test's authority.
  expect(watch.status()?.problems).toEqual([expect.stringContaining('自建的机构')]);
  expect(watch.isDue()).toBe(true);
  const good = createCertificateWatch({
    target: { host, port: 443, connectTo: [{ host: '127.0.0.1', port: address.port }] },
    now: () => now,
    log: { info: note, warn: note } as never,
    seen: async () => {},
    inspect: async () => ({ first: null, problems: [], failures: [] }),
  });
  await good.look(signal);
  expect(good.isDue()).toBe(false);
  now += 4 * 3_600_000;
  expect(good.isDue()).toBe(true);
});
