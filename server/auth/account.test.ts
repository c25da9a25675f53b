import type { OwnPassword, OwnSession, PasswordChangeOutcome } from '../contract/auth.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';

let server: Built;
beforeEach(async () => {
  server ??= await build();
  await server.prisma.lockout.deleteMany();
});
afterAll(() => server?.close());

const sessionsOf = async (token: string) =>
  (await get(server, '/api/me/sessions', token)).json<{ items: OwnSession[] }>().items;

describe('one’s own sessions', () => {
  test('are listed with address and time, and the current one is marked', async () => {
    const [one, two] = [await server.tokenOf('zhangsan'), await server.tokenOf('zhangsan')];
    const listed = await sessionsOf(two);
    expect(listed).toHaveLength(2);
    expect(listed.filter(({ current }) => current)).toHaveLength(1);
    expect(listed[0]).toMatchObject({ client: 'mini', address: '127.0.0.1' });
    expect((await sessionsOf(one)).find(({ current }) => current)?.id).not.toBe(
      listed.find(({ current }) => current)?.id,
    );
    expect(JSON.stringify(listed)).not.toContain(one);
  });

  test('can be ended one by one, but only by their owner', async () => {
    const [lost, here] = [await server.tokenOf('zhangsan'), await server.tokenOf('zhangsan')];
    const others = await server.tokenOf('admin');
    const current = (await sessionsOf(lost)).find((session) => session.current);
    const end = `/api/me/sessions/${current?.id}/end`;
    await post(server, end, {}, bearer(others));
    expect((await get(server, '/api/me', lost)).statusCode).toBe(200);
    expect((await post(server, end, {}, bearer(here))).json()).toEqual({ outcome: 'session-ended' });
    expectFault(await get(server, '/api/me', lost), 401, 'SESSION_EXPIRED');
    expect((await get(server, '/api/me', here)).statusCode).toBe(200);
    expect((await post(server, end, {}, bearer(here))).statusCode).toBe(200);
    expectFault(await post(server, '/api/me/sessions/1/end', {}, bearer(here)), 400, 'INVALID_REQUEST');
    expectFault(await get(server, '/api/me/sessions'), 401, 'SESSION_EXPIRED');
  });

  test('are listed page by page: the current one first, then the latest used, each once', async () => {
    await server.prisma.session.deleteMany();
    const here = await server.tokenOf('zhangsan');
    for (let at = 0; at < 12; at += 1) {
      server.advance(1000);
      await server.tokenOf('zhangsan');
    }
    type Page = { items: OwnSession[]; nextCursor: string | null };
    const pages: Page[] = [];
    for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.nextCursor ?? null) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      pages.push((await get(server, `/api/me/sessions?limit=5${query}`, here)).json());
    }
    expect(pages.map(({ items }) => items.length)).toEqual([6, 5, 2]);
    const [current, ...others] = pages.flatMap(({ items }) => items);
    expect(current?.current).toBe(true);
    expect(others.some((session) => session.current)).toBe(false);
    const seen = others.map(({ lastSeenAt }) => lastSeenAt);
    expect(seen).toEqual([...seen].sort().reverse());
    expect(new Set(others.map(({ id }) => id)).size).toBe(12);
    expectFault(await get(server, '/api/me/sessions?cursor=x', here), 400, 'INVALID_REQUEST');
  });

  test('end all together, the current one too, and the audit log says how many', async () => {
    await server.prisma.session.deleteMany();
    const [here, there] = [await server.tokenOf('zhangsan'), await server.tokenOf('zhangsan')];
    const others = await server.tokenOf('admin');
    const ended = await post(server, '/api/me/sessions/end', {}, bearer(here));
    expect(ended.json()).toEqual({ outcome: 'sessions-ended', count: 2 });
    for (const token of [here, there]) {
      expectFault(await get(server, '/api/me', token), 401, 'SESSION_EXPIRED');
    }
    expect((await get(server, '/api/me', others)).statusCode).toBe(200);
    expect(await server.prisma.auditLog.findFirst({ where: { action: 'sessions.ended' } })).toMatchObject({
      detail: { sessions: 2 },
    });
  });

  test('a new sign-in ends the session that the same client had, and no other', async () => {
    const [old, elsewhere] = [await server.tokenOf('chenguang'), await server.tokenOf('chenguang')];
    const others = await server.tokenOf('admin');
    const again = await post(server, '/api/auth/login', { authCode: server.code('chenguang') }, bearer(old));
    const { session } = again.json<{ session: { token: string } }>();
    expect(session.token).not.toBe(old);
    expectFault(await get(server, '/api/me', old), 401, 'SESSION_EXPIRED');
    expect((await get(server, '/api/me', elsewhere)).statusCode).toBe(200);
    await post(server, '/api/auth/login', { authCode: server.code('chenguang') }, bearer(others));
    expect((await get(server, '/api/me', others)).statusCode).toBe(200);
  });
});

test('a person is told where their password is kept, and whether it must be changed', async () => {
  const token = await server.tokenOf('zhangsan');
  const told = async (on = server) => (await get(on, '/api/me/password', token)).json<OwnPassword>();
  expect(await told()).toEqual({ state: 'own', expiresAt: null });
  const expiresAt = '2027-01-01T00:00:00.000Z';
  const { id, passwordHash } = await server.prisma.user.findUniqueOrThrow({
    where: { username: 'zhangsan' },
  });
  const set = (data: object) => server.prisma.user.update({ where: { id }, data });
  await set({ mustChangePassword: true, passwordExpiresAt: expiresAt });
  expect(await told()).toEqual({ state: 'one-time', expiresAt });
  await set({ mustChangePassword: false, passwordExpiresAt: null });

  const { database, emulator } = server;
  const env = { CREDENTIALS_URL: 'http://127.0.0.1:9/verify', CREDENTIALS_SECRET: 'x'.repeat(32) };
  const elsewhere = await build({ database, emulator, env });
  try {
    expect(await told(elsewhere)).toEqual({ state: 'elsewhere', expiresAt: null });
  } finally {
    await elsewhere.close();
  }
  await set({ passwordHash: null });
  const again = await server.tokenOf('zhangsan');
  expect((await get(server, '/api/me/password', again)).json()).toEqual({ state: 'none', expiresAt: null });
  await set({ passwordHash });
  expectFault(await get(server, '/api/me/password'), 401, 'SESSION_EXPIRED');
});

describe('changing the password', () => {
  const known = 'dev-pass-2026';
  async function change(token: string, currentPassword: string, newPassword: string) {
    const response = await post(server, '/api/me/password', { currentPassword, newPassword }, bearer(token));
    expect(response.statusCode).toBe(200);
    return response.json<PasswordChangeOutcome>();
  }

  test.each([
    ['TOO_SHORT', '7 chars'],
    ['TOO_SHORT', '𠮷𠮷𠮷𠮷𠮷𠮷𠮷'],
    ['TOO_COMMON', 'password123'],
    ['TOO_COMMON', 'Qwertyuiop'],
    ['TOO_COMMON', '１２３４５６７８'],
    ['TOO_COMMON', 'abcabcabcabc'],
    ['CONTAINS_USERNAME', 'my-Zhangsan-1'],
    ['UNCHANGED', known],
  ])('a bad new password is refused: %s: %s', async (reason, newPassword) => {
    const token = await server.tokenOf('zhangsan');
    expect(await change(token, known, newPassword)).toEqual({ outcome: 'password-rejected', reason });
    expect((await get(server, '/api/me', token)).statusCode).toBe(200);
  });

  test('attempts are counted, so that a stolen session does not help to guess the password', async () => {
    const token = await server.tokenOf('zhangsan');
    const outcomes: unknown[] = [];
    for (let at = 0; at < 6; at += 1) outcomes.push(await change(token, 'wrong', 'correct horse battery'));
    expect(outcomes.slice(0, 4)).toEqual(
      Array.from({ length: 4 }, () => ({ outcome: 'password-rejected', reason: 'WRONG_PASSWORD' })),
    );
    expect(outcomes.slice(4)).toEqual(
      Array.from({ length: 2 }, () =>
        expect.objectContaining({ reason: 'LOCKED', retryAfterSeconds: expect.any(Number) }),
      ),
    );
    expect(await change(token, known, 'correct horse battery')).toMatchObject({ reason: 'LOCKED' });
    // Of the locked attempts only the one that locked and the first refused one have entries.
    const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
    const events = await server.prisma.auditLog.findMany({
      where: { action: 'password.refused' },
      orderBy: { id: 'asc' },
    });
    expect(events).toEqual(
      [...Array<string>(4).fill('WRONG_PASSWORD'), 'LOCKED', 'LOCKED'].map((reason) =>
        expect.objectContaining({ actorId: id, subject: `user:${id}`, detail: { reason } }),
      ),
    );
    await server.prisma.lockout.deleteMany();
  });

  test('an expired one-time password cannot be replaced by a lasting one', async () => {
    const token = await server.tokenOf('zhangsan');
    const where = { username: 'zhangsan' };
    const expires = (ms: number) =>
      server.prisma.user.update({
        where,
        data: { mustChangePassword: true, passwordExpiresAt: new Date(Date.now() + ms) },
      });
    await expires(-1000);
    const rejected = (reason: string) => ({ outcome: 'password-rejected', reason });
    expect(await change(token, known, 'correct horse battery')).toEqual(rejected('PASSWORD_EXPIRED'));
    // Without the password nobody learns that it is a one-time password.
    expect(await change(token, 'wrong', 'correct horse battery')).toEqual(rejected('WRONG_PASSWORD'));
    expect(
      await server.prisma.auditLog.count({ where: { detail: { equals: { reason: 'PASSWORD_EXPIRED' } } } }),
    ).toBe(1);
    await expires(3_600_000);
    expect(await change(token, known, 'correct horse battery')).toEqual({ outcome: 'password-changed' });
  });

  test('of two changes at once one counts, and the other request must sign in again', async () => {
    const token = await server.tokenOf('chenguang');
    const { passwords } = server.app.accounts;
    const { hash } = passwords;
    let hashing = 0;
    let meet = () => {};
    const both = new Promise<void>((resolve) => {
      meet = resolve;
    });
    // Both have proved the old password before either writes the new one.
    const spy = vi.spyOn(passwords, 'hash').mockImplementation(async (password) => {
      hashing += 1;
      if (hashing === 2) meet();
      await both;
      return hash(password);
    });
    const answers = await Promise.all(
      ['correct horse battery', 'another good one'].map((newPassword) =>
        post(server, '/api/me/password', { currentPassword: known, newPassword }, bearer(token)),
      ),
    );
    spy.mockRestore();
    expect(answers.map((answer) => answer.json()).filter(({ outcome }) => outcome)).toEqual([
      { outcome: 'password-changed' },
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
  });

  test('ends every session, and only the new password works', async () => {
    const [here, elsewhere] = [await server.tokenOf('admin'), await server.tokenOf('admin')];
    expect(await change(here, known, 'correct horse battery')).toEqual({ outcome: 'password-changed' });
    for (const token of [here, elsewhere])
      expectFault(await get(server, '/api/me', token), 401, 'SESSION_EXPIRED');
    const again = await server.tokenOf('admin');
    expect(await change(again, known, 'another good one')).toMatchObject({ reason: 'WRONG_PASSWORD' });
    expect(await change(again, 'correct horse battery', 'another good one')).toEqual({
      outcome: 'password-changed',
    });
    const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
    expect(await server.prisma.auditLog.count({ where: { action: 'password.changed', actorId: id } })).toBe(
      2,
    );
  });
});
