import { development } from '../config/constants.ts';
import type { BulkPreview } from '../contract/bulk.ts';
import type { PersonDetail } from '../contract/people.ts';
import { build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { bearer, get, post, ticketOf } from '../testing/http.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { idsOf, live, newEntries, person, seen, together } = pages;

async function reset(username: string): Promise<{ password: string; expiresAt: string }> {
  const outcome = await together({ deed: 'reset-passwords', ids: await idsOf(username) });
  if (outcome.outcome !== 'done') throw new Error(outcome.outcome);
  return { password: outcome.passwords[0]?.password ?? '', expiresAt: outcome.expiresAt ?? '' };
}

describe('a one-time password', () => {
  test('replaces the old one, binds, and must be changed', async () => {
    const { password, expiresAt } = await reset('lisi');
    expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect(await seen('lisi')).toMatchObject({ password: 'one-time', passwordExpiresAt: expiresAt });
    const days = (new Date(expiresAt).getTime() - Date.now()) / (24 * 3_600_000);
    expect(days).toBeCloseTo(3, 2);
    const ticket = await ticketOf(pages.server, 'lisi');
    const old = { ticket, username: 'lisi', password: development.password };
    expect(await pages.server.bind(old)).toMatchObject({ reason: 'INVALID_CREDENTIALS' });
    const bound = await pages.server.bind({ ticket, username: 'lisi', password });
    if (bound.outcome !== 'signed-in') throw new Error(JSON.stringify(bound));
    // It binds, and the flag stays until the person has changed it.
    expect(await seen('lisi')).toMatchObject({ password: 'one-time', binding: 'bound' });
    const change = { currentPassword: password, newPassword: 'kettle-orbit-4417' };
    const changed = await post(pages.server, '/api/me/password', change, bearer(bound.session.token ?? ''));
    expect(changed.json()).toEqual({ outcome: 'password-changed' });
    expect(await seen('lisi')).toMatchObject({ password: 'own', passwordExpiresAt: null });
  });

  test('ends the sessions, forgets wrong passwords, and is in no log', async () => {
    const token = await pages.server.tokenOf('zhangsan');
    const ticket = await ticketOf(pages.server, 'lisi');
    for (let at = 0; at < 5; at += 1)
      await pages.server.bind({ ticket, username: 'zhangsan', password: 'wrong' });
    expect(await seen('zhangsan')).toMatchObject({ lockedUntil: expect.any(String) });
    const { password } = await reset('zhangsan');
    expect((await seen('zhangsan')).lockedUntil).toBeNull();
    expect(await live(token)).toBe(false);
    const entries = await newEntries('password.reset');
    expect(entries.map(({ detail }) => detail)).toEqual([
      {
        before: { mustChangePassword: false, passwordExpiresAt: null },
        after: { mustChangePassword: true, passwordExpiresAt: expect.any(String) },
      },
    ]);
    expect(JSON.stringify([entries, pages.server.logs()])).not.toContain(password);
  });

  test('ends the sessions of a person without a password, on every instance within a second', async () => {
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { passwordHash: null } });
    const { database, emulator } = pages.server;
    const other = await build({ database, emulator });
    try {
      const tokens = [await pages.server.tokenOf('chenguang'), await pages.server.tokenOf('chenguang')];
      // Both instances have them in memory.
      for (const token of tokens) {
        for (const at of [pages.server, other])
          expect((await get(at, '/api/me', token)).statusCode).toBe(200);
      }
      await reset('chenguang');
      expect((await seen('chenguang')).sessions).toEqual([]);
      for (const token of tokens) {
        expect(await live(token)).toBe(false);
        await until(
          async () => (await get(other, '/api/me', token)).statusCode === 401,
          1000,
          'the other instance knows',
        );
      }
    } finally {
      await other.close();
    }
  });

  test('is refused if another system keeps the passwords', async () => {
    const elsewhere = await build({
      database: pages.server.database,
      emulator: pages.server.emulator,
      env: { CREDENTIALS_URL: 'http://127.0.0.1:9/verify', CREDENTIALS_SECRET: 'x'.repeat(32) },
    });
    try {
      const { id } = await person('lisi');
      const shown = (await get(elsewhere, `/api/admin/people/${id}`, pages.admin)).json<PersonDetail>();
      expect(shown.password).toBe('elsewhere');
      const request = { deed: 'reset-passwords', ids: [id] };
      const administrator = bearer(pages.admin);
      const preview = await post(elsewhere, '/api/admin/people/bulk/preview', request, administrator);
      const { possible, token } = preview.json<BulkPreview>();
      expect(possible).toBe(false);
      const asked = await post(elsewhere, '/api/admin/people/bulk', { ...request, token }, administrator);
      expect(asked.json()).toMatchObject({ outcome: 'outdated' });
      expect(await newEntries('password.reset')).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

test('a one-time password expires, and the person is told whom to ask', async () => {
  const { password } = await reset('lisi');
  await pages.server.prisma.user.update({
    where: { username: 'lisi' },
    data: { passwordExpiresAt: new Date(Date.now() - 1000) },
  });
  const ticket = await ticketOf(pages.server, 'lisi');
  const attempt = { ticket, username: 'lisi', password };
  expect(await pages.server.bind(attempt)).toEqual({ outcome: 'bind-rejected', reason: 'PASSWORD_EXPIRED' });
  expect(await person('lisi')).toMatchObject({ dingUserId: null });
  // Only told to a right password.
  expect(await pages.server.bind({ ...attempt, password: 'wrong' })).toMatchObject({
    reason: 'INVALID_CREDENTIALS',
  });
});
