import type { ConsoleSignInOutcome } from '../contract/auth.ts';
import type { AdminOverview } from '../contract/overview.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, get, post, ticketOf } from '../testing/http.ts';
import { unknownAccount } from './credentials.ts';
import { allowedFailures } from './lockout.ts';

/** Texts that people type instead of a user name. */
const typed = ['13812345678', 'my-own-secret-word'];

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());
beforeEach(async () => {
  await server.prisma.lockout.deleteMany();
});

async function guessInConsole(username: string): Promise<ConsoleSignInOutcome> {
  const response = await post(server, '/api/auth/console/sign-in', { username, password: 'wrong' });
  expect(response.statusCode).toBe(200);
  return response.json();
}
const guessAtBinding = async (username: string) =>
  server.bind({ ticket: await ticketOf(server, 'wangwu'), username, password: 'wrong' });

const subjects = async (action: string) =>
  (await server.prisma.auditLog.findMany({ where: { action }, orderBy: { id: 'asc' } })).map(
    ({ subject }) => subject,
  );

describe('a user name that no account has', () => {
  test.each([
    ['binding', 'bind.refused', guessAtBinding],
    ['the console', 'sign-in.refused', guessInConsole],
  ])('is stored nowhere: %s', async (_, action, guess) => {
    const before = (await subjects(action)).length;
    for (const name of typed) await guess(name);
    await guess('lisi');
    expect((await subjects(action)).slice(before)).toEqual([unknownAccount, unknownAccount, 'account:lisi']);
    const kept = JSON.stringify([
      await server.prisma.auditLog.findMany(),
      await server.prisma.lockout.findMany(),
      server.logs(),
    ]);
    for (const name of typed) expect(kept).not.toContain(name);
  });

  test('is locked by itself like any other, and the overview does not show it', async () => {
    const [one = '', other = ''] = typed;
    for (let left = allowedFailures - 1; left > 0; left -= 1) {
      expect(await guessInConsole(one)).toMatchObject({ reason: 'INVALID_CREDENTIALS', attemptsLeft: left });
    }
    expect(await guessInConsole(one)).toMatchObject({ reason: 'LOCKED' });
    // Guesses at the console must not block bindings.
    expect(await guessAtBinding(one)).toMatchObject({ attemptsLeft: allowedFailures - 1 });
    expect(await guessInConsole(other)).toMatchObject({ attemptsLeft: allowedFailures - 1 });

    const admin = await server.tokenOf('admin');
    const overview = async () => (await get(server, '/api/admin/overview', admin)).json<AdminOverview>();
    const { locked } = await overview();
    expect(locked).toEqual([
      { kind: 'unknown', name: expect.stringMatching(/^[0-9a-f]{32}$/), until: expect.any(String) },
    ]);
    const [{ kind, name } = { kind: '', name: '' }] = locked;
    const unlocked = await post(server, '/api/admin/overview/unlock', { kind, name }, bearer(admin));
    expect(unlocked.json()).toEqual({ outcome: 'unlocked' });
    expect((await overview()).locked).toEqual([]);
    expect((await subjects('lockout.cleared')).at(-1)).toBe(unknownAccount);
    expect(await guessInConsole(one)).toMatchObject({ attemptsLeft: allowedFailures - 1 });
  });

  test('is shown as an unknown account in the audit log, and can be searched for', async () => {
    await guessInConsole('nobody-at-all');
    const admin = await server.tokenOf('admin');
    const query = new URLSearchParams({ subject: unknownAccount, action: 'sign-in.refused', limit: '1' });
    const { items } = (await get(server, `/api/admin/audit?${query}`, admin)).json();
    expect(items).toMatchObject([{ subject: { text: unknownAccount }, actionName: '登录被拒绝' }]);
  });

  test('has another digest under another key', async () => {
    const { database, emulator } = server;
    await guessInConsole('nobody-at-all');
    const elsewhere = await build({
      database,
      emulator,
      env: { SECRET_KEY: 'another-secret-key-of-32-characters' },
    });
    try {
      const body = { username: 'nobody-at-all', password: 'wrong' };
      await post(elsewhere, '/api/auth/console/sign-in', body);
      const prints = { subject: { startsWith: 'unknown:' } };
      expect(await server.prisma.lockout.count({ where: prints })).toBe(2);
    } finally {
      await elsewhere.close();
    }
  });
});
