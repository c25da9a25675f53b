import { createHash } from 'node:crypto';
import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';
import { createSessionCache } from './session-cache.ts';
import { createSessions } from './sessions.ts';

const minute = 60_000;
const hour = 60 * minute;

let server: Built;
beforeAll(async () => {
  server = await build({ env: { SESSION_DAYS: '2', SESSION_IDLE_HOURS: '10' } });
});
afterAll(() => server.close());

const me = (token: string) => get(server, '/api/me', token);

function rowOf(token: string) {
  const tokenHash = new Uint8Array(createHash('sha256').update(token).digest());
  return server.prisma.session.findUnique({ where: { tokenHash } });
}

test('the database holds the hash of a token, never the token', async () => {
  const token = await server.tokenOf('zhangsan');
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(await rowOf(token)).toMatchObject({ client: 'MINI' });
  const everything = await server.prisma.$queryRaw<{ text: string }[]>`
    SELECT row_to_json(s)::text AS text FROM sessions s
    UNION ALL SELECT row_to_json(a)::text FROM audit_log a`;
  expect(JSON.stringify(everything)).not.toContain(token);
});

test('it ends a fixed time after the sign-in, however often it is used', async () => {
  const token = await server.tokenOf('zhangsan');
  for (let passed = 0; passed < 45; passed += 9) {
    server.advance(9 * hour);
    expect((await me(token)).statusCode).toBe(200);
  }
  server.advance(3 * hour + minute);
  expectFault(await me(token), 401, 'SESSION_EXPIRED');
});

test('it ends after a time without requests', async () => {
  const token = await server.tokenOf('zhangsan');
  server.advance(9 * hour);
  expect((await me(token)).statusCode).toBe(200);
  server.advance(9 * hour);
  expect((await me(token)).statusCode).toBe(200);
  server.advance(10 * hour + minute);
  expectFault(await me(token), 401, 'SESSION_EXPIRED');
});

test('a request is a read: when it was last seen is written every few minutes alone', async () => {
  const token = await server.tokenOf('zhangsan');
  const first = (await rowOf(token))?.lastSeenAt;
  server.advance(4 * minute);
  await me(token);
  expect((await rowOf(token))?.lastSeenAt).toEqual(first);
  server.advance(2 * minute);
  await me(token);
  const second = (await rowOf(token))?.lastSeenAt;
  expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(6 * minute);
  server.advance(minute);
  await me(token);
  expect((await rowOf(token))?.lastSeenAt).toEqual(second);
});

test('signing out ends it at once, ends no other, and can be repeated', async () => {
  const [one, other] = [await server.tokenOf('zhangsan'), await server.tokenOf('zhangsan')];
  const before = await server.prisma.auditLog.count({ where: { action: 'sign-out' } });
  for (let at = 0; at < 2; at += 1) {
    const response = await post(server, '/api/auth/logout', {}, bearer(one));
    expect(response.json()).toEqual({ outcome: 'signed-out' });
  }
  expectFault(await me(one), 401, 'SESSION_EXPIRED');
  expect(await rowOf(one)).toBeNull();
  expect((await me(other)).statusCode).toBe(200);
  expect(await server.prisma.auditLog.count({ where: { action: 'sign-out' } })).toBe(before + 1);
});

test('one that was signed out here is over before the database has announced it', async () => {
  const deaf = createSessionCache(() => ({ live: true, close: async () => {} }));
  const sessions = createSessions(server.prisma, deaf, server.config.auth, server.app.clock.now);
  const token = await server.tokenOf('zhangsan');
  expect(await sessions.find(token)).toMatchObject({ username: 'zhangsan' });
  await sessions.end(token);
  expect(await sessions.find(token)).toBeNull();
});

test('signing out without a session succeeds', async () => {
  for (const headers of [{}, bearer('x'), bearer('f'.repeat(43))]) {
    const response = await post(server, '/api/auth/logout', {}, headers);
    expect({ status: response.statusCode, body: response.json() }).toEqual({
      status: 200,
      body: { outcome: 'signed-out' },
    });
  }
});

test('a missing, malformed, unknown or altered token is no session', async () => {
  const token = await server.tokenOf('zhangsan');
  const altered = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`;
  const headers: Record<string, string>[] = [
    {},
    { authorization: '' },
    { authorization: token },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token} ${token}` },
    bearer(altered),
    bearer(token.toLowerCase()),
    bearer(token.slice(0, -1)),
    bearer(`${token}A`),
    bearer('..%00'),
    { cookie: `session=${token}` },
    { cookie: `__Host-session=${altered}` },
  ];
  for (const one of headers) {
    expectFault(await server.app.inject({ url: '/api/me', headers: one }), 401, 'SESSION_EXPIRED');
  }
  expect((await me(token)).statusCode).toBe(200);
});

test('a disabled person’s sessions end at once, and stay ended when they are let back', async () => {
  const token = await server.tokenOf('zhangsan');
  const where = { username: 'zhangsan' };
  await server.prisma.user.update({ where, data: { status: 'DISABLED' } });
  expectFault(await me(token), 401, 'SESSION_EXPIRED');
  expectFault(await get(server, '/api/me/sessions', token), 401, 'SESSION_EXPIRED');
  await server.prisma.user.update({ where, data: { status: 'ACTIVE' } });
  expectFault(await me(token), 401, 'SESSION_EXPIRED');
  expect((await me(await server.tokenOf('zhangsan'))).statusCode).toBe(200);
});

test('a deleted person’s sessions go with them', async () => {
  const account = { username: 'leaving', name: '将删', dingUserId: '270103' };
  await server.prisma.user.create({ data: account });
  const token = await server.tokenOf('wangwu');
  await server.prisma.user.delete({ where: { username: 'leaving' } });
  expectFault(await me(token), 401, 'SESSION_EXPIRED');
  expect(await rowOf(token)).toBeNull();
});

test('a change of name or role is seen by the very next request', async () => {
  const token = await server.tokenOf('admin');
  await server.prisma.user.update({ where: { username: 'admin' }, data: { role: 'AUDITOR' } });
  expect((await me(token)).json()).toMatchObject({ user: { role: 'AUDITOR' } });
});
