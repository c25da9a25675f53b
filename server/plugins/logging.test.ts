import { development } from '../config/constants.ts';
import { createSealing } from '../database/sealing.ts';
import { type Built, build } from '../testing/build.ts';
import {
  callback,
  callbackAesKey,
  callbackEnvironment,
  callbackToken,
  personEvent,
} from '../testing/event-callback.ts';
import { bearer, get, post, ticketOf } from '../testing/http.ts';
import { describeError } from './logging.ts';

const metricsToken = 'a-token-for-the-metrics';
const newPassword = 'a-fine-new-password-1987';

// part: events
/** An event of the platform's, as it comes, and again with a signature that is wrong. */
async function sendEvents(server: Built): Promise<void> {
  const { platform } = server.config;
  if (platform.name === 'zhezhengding') {
    const body = JSON.stringify({ accountId: 270104, mobile: '10000000004' });
    expect((await post(server, '/api/events/zhezhengding', body)).statusCode).toBe(200);
  } else {
    const event = { ...personEvent('user_modify_org', ['270104'], platform.corpId), mobile: '10000000004' };
    const { url, payload } = callback(event, platform.appKey);
    expect((await post(server, url, payload)).statusCode).toBe(200);
    expect((await post(server, `${url}0`, payload)).statusCode).toBe(403);
  }
  await server.app.platformEvents.settle();
}

/** A password that is changed, after wrong and weak ones. */
async function changePassword(server: Built): Promise<string> {
  const token = await server.tokenOf('zhangsan');
  const asked = [
    ['a-wrong-password', newPassword],
    [development.password, 'short'],
    [development.password, newPassword],
  ] as const;
  for (const [currentPassword, wanted] of asked) {
    const body = { currentPassword, newPassword: wanted };
    expect((await post(server, '/api/me/password', body, bearer(token))).statusCode).toBe(200);
  }
  expect((await get(server, '/api/me', token)).statusCode).toBe(401);
  return token;
}

/** The platform's app token, which the database keeps encrypted. */
async function appToken({ prisma, config }: Built): Promise<string> {
  const { app, token } = await prisma.platformToken.findFirstOrThrow();
  return createSealing(config.secretKey).open(token, app) ?? '';
}

/** Everything secret that passes through a server, on good and on bad ways, and none of it in any log line. */
test.each(['dingtalk', 'zhezhengding'] as const)('a whole run on %s logs no secret', async (platform) => {
  const server: Built = await build({
    platform,
    env: {
      LOG_LEVEL: 'trace',
      // One of its answers never comes.
      PLATFORM_TIMEOUT_MS: '500',
      MATCH_BY_MOBILE: 'on',
      METRICS_TOKEN: metricsToken,
      ZHEZHENGDING_EVENTS: 'on', // part: events
      ...callbackEnvironment, // part: events
    },
  });
  try {
    const secrets = new Set<string>(['a-wrong-password', 'no-such-code-of-anybody']);
    const { app, config, emulator, prisma } = server;
    secrets.add(config.platform.appSecret).add(config.secretKey).add(development.password);
    secrets.add(metricsToken).add(newPassword);
    secrets.add(callbackToken).add(callbackAesKey); // part: events

    for (const kind of [
      'reset',
      'html',
      'timeout',
      'wrong-shape',
      'code-invalid',
      'no-permission',
    ] as const) {
      const authCode = server.code('zhangsan');
      emulator.control.fault({ path: '*', kind });
      await post(server, '/api/auth/login', { authCode });
      emulator.control.clearFaults();
      secrets.add(authCode);
    }
    await post(server, '/api/auth/login', { authCode: 'no-such-code-of-anybody' });
    const token = await server.tokenOf('zhangsan');
    const cookie = String(
      (await post(server, '/api/auth/login', { authCode: server.code('admin'), client: 'h5' })).headers[
        'set-cookie'
      ],
    ).split(/[=;]/)[1];
    const ticket = await ticketOf(server, 'wangwu');
    for (const secret of [token, ticket, cookie ?? '']) secrets.add(secret);
    await server.bind({ ticket, username: 'lisi', password: 'a-wrong-password' });
    await post(server, '/api/auth/bind', { ticket, username: 'lisi', password: 'a-wrong-password', more: 1 });
    await post(server, '/api/auth/bind', { ticket, username: 'a-wrong-password\u0000', password: 'x' });
    await server.bind({ ticket, username: 'lisi', password: development.password });
    await get(server, `/api/me/sessions?cursor=${token}`, token);
    await get(server, `/api/nowhere?token=${token}`, token);
    await app.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: `{"authCode": "${token}`,
      headers: { 'content-type': 'application/json' },
    });
    await app.inject({ url: '/api/me', headers: { cookie: `__Host-session=${cookie}` } });
    await sendEvents(server); // part: events
    const hashBefore = (await prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } }))
      .passwordHash;
    secrets.add(hashBefore ?? '').add(await changePassword(server));
    for (const shown of [metricsToken, token]) await get(server, '/metrics', shown);
    await get(server, '/api/me/sessions', cookie);
    secrets.add(await appToken(server));
    // A fault of the database whose message would quote the row.
    await prisma.$executeRawUnsafe('ALTER TABLE sessions ADD CONSTRAINT full_up CHECK (false) NOT VALID');
    const last = server.code('zhangsan');
    secrets.add(last);
    expect((await post(server, '/api/auth/login', { authCode: last })).statusCode).toBe(500);
    await post(server, '/api/auth/logout', {}, bearer(token));
    for (const user of await prisma.user.findMany()) {
      for (const value of [user.mobile, user.passwordHash]) if (value !== null) secrets.add(value);
    }

    // Without fractions: a measured time may have any digits in a row.
    const text = JSON.stringify(server.logs()).replace(/\d+\.\d+/g, '');
    expect(server.logs().length).toBeGreaterThan(40);
    expect(text).toContain('request failed');
    for (const secret of secrets) {
      if (secret.length < 8) throw new Error(`not a secret to look for: ${secret}`);
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        if (text.includes(form)) throw new Error(`the log holds ${form}`);
      }
    }
    // Nor the hash of the token, which is what the database keeps.
    expect(text).not.toMatch(/tokenHash|token_hash|passwordHash/);
  } finally {
    await server.close();
  }
});

test('a log line has its request’s id, and the answer shows the person the same id', async () => {
  const server = await build();
  try {
    const response = await get(server, '/api/me?a=b');
    const lines = server.logs().filter((line) => line.reqId === response.headers['x-request-id']);
    expect(lines[0]).toMatchObject({ req: { method: 'GET', path: '/api/me', address: '127.0.0.1' } });
    expect(lines.at(-1)).toMatchObject({ res: { statusCode: 401 }, responseTime: expect.any(Number) });
  } finally {
    await server.close();
  }
});

test('an error is told without the input that its message quotes', async () => {
  const server = await build();
  try {
    const where = { noSuchField: 'a-secret-argument' } as never;
    const error: unknown = await server.prisma.user.findMany({ where }).catch((reason: unknown) => reason);
    expect(String(error)).toContain('a-secret-argument');
    expect(describeError(error)).toMatchObject({ type: 'PrismaClientValidationError' });
    expect(JSON.stringify(describeError(new Error('outer', { cause: error })))).not.toContain('a-secret');
    expect(describeError(new Error('no input in it'))).toMatchObject({ message: 'no input in it' });
  } finally {
    await server.close();
  }
});
