import { randomUUID } from 'node:crypto';
import { development } from '../config/constants.ts';
import { expectFault, get, ticketOf } from '../testing/http.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { act, audit, deed, idsOf, live, person, seen, together } = pages;

test('a disabled account has no sessions and gets none until it is enabled', async () => {
  const token = await pages.server.tokenOf('zhangsan');
  const ids = await idsOf('zhangsan');
  expect(await together({ deed: 'disable', ids })).toMatchObject({ outcome: 'done', changed: 1 });
  expect(await seen('zhangsan')).toMatchObject({ disabled: true, sessions: [] });
  expect(await live(token)).toBe(false);
  expect(await pages.server.login('zhangsan')).toEqual({
    outcome: 'no-permission',
    reason: 'ACCOUNT_DISABLED',
  });
  expect(await together({ deed: 'enable', ids })).toMatchObject({ outcome: 'done', changed: 1 });
  expect(await pages.server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
  expect((await audit('person.disabled')).map(({ detail }) => detail)).toEqual([
    { before: { status: 'ACTIVE' }, after: { status: 'DISABLED' } },
  ]);
  expect(await audit('person.enabled')).toHaveLength(1);
});

describe('unbinding', () => {
  test('ends the sessions; the person must bind again', async () => {
    const token = await pages.server.tokenOf('zhangsan');
    expect(await deed('zhangsan', 'unbind')).toMatchObject({
      outcome: 'saved',
      person: { binding: 'unbound' },
    });
    expect(await live(token)).toBe(false);
    expect((await audit('person.unbound')).map(({ detail }) => detail)).toEqual([
      {
        before: {
          dingUserId: '270101',
          unionId: 'emulated-union-zhangsan',
          employeeCode: 'GE_emulated0001',
          boundAt: expect.any(String),
          boundBy: 'ADMINISTRATOR',
        },
        after: { dingUserId: null, unionId: null, employeeCode: null, boundAt: null, boundBy: null },
      },
    ]);
    const ticket = await ticketOf(pages.server, 'zhangsan');
    const { password } = development;
    expect(await pages.server.bind({ ticket, username: 'zhangsan', password })).toMatchObject({
      outcome: 'signed-in',
    });
  });

  test('changes nothing for an account that is not bound', async () => {
    expect(await deed('lisi', 'unbind')).toMatchObject({ outcome: 'saved' });
    expect(await audit('person.unbound')).toEqual([]);
  });
});

test('sessions are listed, and end together', async () => {
  const tokens = [await pages.server.tokenOf('zhangsan'), await pages.server.tokenOf('zhangsan')];
  const { id, sessions } = await seen('zhangsan');
  expect(sessions).toHaveLength(2);
  expect(sessions[0]).toMatchObject({ client: 'mini', address: '127.0.0.1' });
  expect(await together({ deed: 'end-sessions', ids: [id] })).toMatchObject({ changed: 1, sessions: 2 });
  for (const token of tokens) expect(await live(token)).toBe(false);
  expect((await audit('sessions.ended')).map(({ detail }) => detail)).toEqual([{ sessions: 2 }]);
});

test('an account is unlocked, and the person who guessed at it is named', async () => {
  const ticket = await ticketOf(pages.server, 'wangwu');
  for (let at = 0; at < 5; at += 1) await pages.server.bind({ ticket, username: 'lisi', password: 'wrong' });
  const { id, lockedUntil } = await seen('lisi');
  expect(lockedUntil).not.toBeNull();
  expect((await act(`${id}/unlock`)).json()).toEqual({
    outcome: 'unlocked',
    cleared: 1,
    lockedPeople: ['270103'],
  });
  expect(await seen('lisi')).toMatchObject({ lockedUntil: null });
  expect(await audit('lockout.cleared')).toEqual([
    { actorId: pages.adminId, subject: 'account:lisi', address: '127.0.0.1', detail: {} },
  ]);
  expect((await act(`${id}/unlock`)).json()).toMatchObject({ cleared: 0 });
});

test('a full mobile number is shown only after the audit log names who asked', async () => {
  const { id, mobile } = await person('zhangsan');
  expect((await act(`${id}/mobile`)).json()).toEqual({ mobile });
  expect(await audit('mobile.revealed')).toEqual([
    { actorId: pages.adminId, subject: `user:${id}`, address: '127.0.0.1', detail: {} },
  ]);
  const { id: without } = await person('chenguang');
  expect((await act(`${without}/mobile`)).json()).toEqual({ mobile: null });
  expect(await audit('mobile.revealed')).toHaveLength(1);
  expect(JSON.stringify(pages.server.logs())).not.toContain(mobile);
});

test('an unknown id is not found, on every route', async () => {
  const id = randomUUID();
  const version = new Date().toISOString();
  expectFault(await get(pages.server, `/api/admin/people/${id}`, pages.admin), 404, 'NOT_FOUND');
  expectFault(await get(pages.server, `/api/admin/people/${id}/history`, pages.admin), 404, 'NOT_FOUND');
  for (const path of ['edit', 'unbind']) {
    expectFault(await act(`${id}/${path}`, { version }), 404, 'NOT_FOUND');
  }
  for (const path of ['unlock', 'mobile']) {
    expectFault(await act(`${id}/${path}`), 404, 'NOT_FOUND');
  }
});

test('a change must name the version that was seen, and is refused if it is outdated', async () => {
  const { id, version } = await seen('zhangsan');
  await deed('zhangsan', 'edit', { department: '别的处' });
  for (const path of ['unbind', 'edit']) {
    expectFault(await act(`${id}/${path}`, {}), 400, 'INVALID_REQUEST');
    expect((await act(`${id}/${path}`, { version })).json()).toMatchObject({
      outcome: 'conflict',
      person: { id },
    });
  }
});
