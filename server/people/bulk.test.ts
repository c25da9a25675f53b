import { randomUUID } from 'node:crypto';
import type { BulkPreview, BulkRequest } from '../contract/bulk.ts';
import { mostPeopleAtOnce } from '../contract/constants.ts';
import { expectFault } from '../testing/http.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { act, audit, idsOf, live, person, preview, together: run } = pages;

/** Everything that a refused change must not alter. */
const everything = async () => ({
  users: await pages.server.prisma.user.findMany({ orderBy: { id: 'asc' } }),
  sessions: await pages.server.prisma.session.count(),
  entries: await pages.newEntries(),
});

test('accounts are disabled together: each changed one has an entry in the audit log, and its sessions end', async () => {
  const token = await pages.server.tokenOf('zhangsan');
  await run({ deed: 'disable', ids: await idsOf('lisi') });
  const ids = await idsOf('zhangsan', 'lisi', 'zhaoliu');
  const shown = await preview({ deed: 'disable', ids });
  expect(new Map(shown.people.map(({ username, fate, sessions }) => [username, [fate, sessions]]))).toEqual(
    new Map([
      ['zhangsan', ['changes', 1]],
      ['lisi', ['unchanged', 0]],
      ['zhaoliu', ['changes', 0]],
    ]),
  );
  expect(await live(token)).toBe(true);
  expect(await run({ deed: 'disable', ids })).toMatchObject({ outcome: 'done', changed: 2, sessions: 1 });
  expect(await live(token)).toBe(false);
  const together = (await pages.newEntries('person.disabled')).filter(
    ({ subject }) => subject !== `user:${ids[1]}`,
  );
  expect(together.map(({ subject }) => subject).sort()).toEqual([`user:${ids[0]}`, `user:${ids[2]}`].sort());
  expect(together[0]?.detail).toEqual({
    before: { status: 'ACTIVE' },
    after: { status: 'DISABLED' },
    together: 2,
  });
  expect(await run({ deed: 'enable', ids })).toMatchObject({ changed: 3 });
  expect((await person('lisi')).status).toBe('ACTIVE');
});

test('a role is given to many people at once', async () => {
  const ids = await idsOf('zhangsan', 'lisi');
  expect(await run({ deed: 'change-role', role: 'AUDITOR', ids })).toMatchObject({
    changed: 2,
    passwords: [],
  });
  expect((await audit('person.edited')).map(({ detail }) => detail)).toEqual(
    Array(2).fill({ before: { role: 'USER' }, after: { role: 'AUDITOR' }, together: 2 }),
  );
  expectFault(await act('bulk/preview', { deed: 'change-role', ids }), 400, 'INVALID_REQUEST');
  expectFault(await act('bulk/preview', { deed: 'enable', role: 'USER', ids }), 400, 'INVALID_REQUEST');
});

test('new passwords are shown once, let their owners bind, and end old locks', async () => {
  const { prisma } = pages.server;
  const ids = await idsOf('zhangsan', 'zhaoliu');
  await prisma.lockout.create({
    data: {
      subject: 'account:zhaoliu',
      failures: 9,
      lastFailure: new Date(),
      lockedUntil: new Date('2099-01-01'),
    },
  });
  const token = await pages.server.tokenOf('zhangsan');
  const outcome = await run({ deed: 'reset-passwords', ids });
  if (outcome.outcome !== 'done') throw new Error(outcome.outcome);
  expect(outcome.passwords.map(({ username }) => username).sort()).toEqual(['zhangsan', 'zhaoliu']);
  expect(new Set(outcome.passwords.map(({ password }) => password)).size).toBe(2);
  expect(outcome.expiresAt).not.toBeNull();
  expect(await live(token)).toBe(false);
  expect(await prisma.lockout.count()).toBe(0);
  expect(await person('zhangsan')).toMatchObject({ mustChangePassword: true });
  const written = JSON.stringify([await pages.newEntries(), pages.server.logs()]);
  for (const { username, password } of outcome.passwords) {
    expect(written).not.toContain(password);
    await prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'ADMIN' } });
    if (username !== 'zhangsan') continue;
    const signIn = await pages.server.app.inject({
      method: 'POST',
      url: '/api/auth/console/sign-in',
      payload: { username, password },
    });
    expect(signIn.json()).toMatchObject({ outcome: 'password-change-required' });
  }
});

test('the sessions of many people end together; a person without sessions gets no entry', async () => {
  const token = await pages.server.tokenOf('zhangsan');
  const ids = await idsOf('zhangsan', 'lisi');
  expect(await run({ deed: 'end-sessions', ids })).toMatchObject({ changed: 1, sessions: 1 });
  expect(await live(token)).toBe(false);
  expect((await audit('sessions.ended')).map(({ detail }) => detail)).toEqual([{ sessions: 1 }]);
});

test('an empty list, a list that is too long and a repeated person are refused; a thousand people are not', async () => {
  const many = Array.from({ length: mostPeopleAtOnce + 1 }, () => randomUUID());
  const [id = ''] = many;
  for (const ids of [[], many, [id, id]])
    for (const path of ['bulk', 'bulk/preview'])
      expectFault(
        await act(path, { deed: 'disable', ids, ...(path === 'bulk' && { token: 'x' }) }),
        400,
        'INVALID_REQUEST',
      );
  expect((await preview({ deed: 'disable', ids: many.slice(1) })).gone).toHaveLength(mostPeopleAtOnce);
});

describe('all or nothing', () => {
  test.each(['disable', 'end-sessions', 'reset-passwords'] as const)(
    '%s changes nobody if the administrator is in the list, so that the last one stays',
    async (deed) => {
      const ids = await idsOf('zhangsan', 'admin');
      const before = await everything();
      const shown = await preview({ deed, ids });
      expect(shown.people.find(({ username }) => username === 'admin')?.fate).toBe('self');
      expect(await run({ deed, ids })).toEqual({ outcome: 'outdated', preview: shown });
      expect(await everything()).toEqual(before);
    },
  );

  test('a person who changes while passwords are generated stops the whole change', async () => {
    const before = await person('zhangsan');
    vi.spyOn(pages.server.app.accounts.passwords, 'hash').mockImplementationOnce(async () => {
      await pages.deed('zhangsan', 'edit', { department: '别的处' });
      return 'a hash';
    });
    const ids = await idsOf('zhangsan', 'lisi');
    expect(await run({ deed: 'reset-passwords', ids })).toMatchObject({ outcome: 'outdated' });
    expect((await person('zhangsan')).passwordHash).toBe(before.passwordHash);
  });

  test('a person who was deleted or changed since the preview stops the whole change, and is shown', async () => {
    const ids = await idsOf('zhangsan', 'lisi', 'zhaoliu');
    const request: BulkRequest = { deed: 'disable', ids };
    const { token } = await preview(request);
    await pages.server.prisma.user.delete({ where: { username: 'zhaoliu' } });
    const gone = (await act('bulk', { ...request, token })).json();
    expect(gone).toMatchObject({ outcome: 'outdated', preview: { gone: [ids[2]] } });
    // A change that was not previewed is not made.
    expect((await act('bulk', { ...request, token: gone.preview.token })).json().outcome).toBe('outdated');
    const left: BulkRequest = { deed: 'disable', ids: ids.slice(0, 2) };
    const seen = await preview(left);
    await pages.deed('lisi', 'edit', { department: '别的处' });
    expect((await act('bulk', { ...left, token: seen.token })).json().outcome).toBe('outdated');
    expect((await person('zhangsan')).status).toBe('ACTIVE');
    expect(await audit('person.disabled')).toEqual([]);
  });

  test('of two administrators who disable each other at once, one stays', async () => {
    const { prisma, tokenOf } = pages.server;
    await prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'ADMIN' } });
    const own = await tokenOf('admin');
    const other = await tokenOf('zhangsan');
    const [zhangsan = '', admin = ''] = await idsOf('zhangsan', 'admin');
    const disable = async (id: string, token: string) => {
      const request = { deed: 'disable', ids: [id] };
      const shown = (await act('bulk/preview', request, token)).json<BulkPreview>();
      return () => act('bulk', { ...request, token: shown.token }, token);
    };
    const deeds = [await disable(zhangsan, own), await disable(admin, other)];
    const answers = await Promise.all(deeds.map((deed) => deed()));
    expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(1);
    expect(await prisma.user.count({ where: { role: 'ADMIN', status: 'ACTIVE' } })).toBe(1);
  });

  test('an auditor may not do it', async () => {
    await pages.server.prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'AUDITOR' } });
    const token = await pages.server.tokenOf('zhangsan');
    const ids = await idsOf('lisi');
    expectFault(await act('bulk/preview', { deed: 'disable', ids }, token), 403, 'FORBIDDEN');
    expectFault(await act('bulk', { deed: 'disable', ids, token: 'x' }, token), 403, 'FORBIDDEN');
  });
});
