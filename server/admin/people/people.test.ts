import { randomUUID } from 'node:crypto';
import { development } from '../../config/constants.ts';
import type { User } from '../../database/generated/client.ts';
import { type Built, build } from '../../testing/build.ts';
import { bearer, expectFault, get, post, ticketOf } from '../../testing/http.ts';
import type { HistoryPage, PasswordReset, PersonDetail, PersonInput, PersonOutcome } from './contract.ts';

let server: Built;
let admin: string;
let adminId: string;

let seeded: User[];
/** Entries of earlier tests: the log cannot be emptied. */
let told: Set<string>;

beforeAll(async () => {
  server = await build();
  seeded = await server.prisma.user.findMany();
});
afterAll(() => server?.close());

beforeEach(async () => {
  // Their sessions go with them.
  await server.prisma.user.deleteMany();
  await server.prisma.user.createMany({ data: seeded });
  await server.prisma.lockout.deleteMany();
  admin = await server.tokenOf('admin');
  adminId = (await person('admin')).id;
  told = new Set((await server.prisma.auditLog.findMany({ select: { id: true } })).map(({ id }) => id));
});

const newEntries = (action?: string) =>
  server.prisma.auditLog.findMany({
    where: { id: { notIn: [...told] }, ...(action && { action }) },
    orderBy: { at: 'asc' },
  });

const person = (username: string): Promise<User> =>
  server.prisma.user.findUniqueOrThrow({ where: { username } });

/** What the page has before it changes anything. */
const seen = async (username: string) => {
  const { id } = await person(username);
  return (await get(server, `/api/admin/people/${id}`, admin)).json<PersonDetail>();
};

const act = (path: string, body: object = {}, token = admin) =>
  post(server, `/api/admin/people/${path}`, body, bearer(token));

/** Does it to a person as they are now. */
async function deed<T = PersonOutcome>(username: string, path: string, body: object = {}): Promise<T> {
  const { id, version } = await seen(username);
  const response = await act(`${id}/${path}`, { version, ...body });
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
  return response.json<T>();
}

const audit = async (action: string) =>
  (await newEntries(action)).map(({ actorId, subject, address, detail }) => ({
    actorId,
    subject,
    address,
    detail,
  }));

const live = async (token: string) => (await get(server, '/api/me', token)).statusCode === 200;

const input: PersonInput = {
  username: 'wangwu',
  name: '王五',
  department: '规划处',
  mobile: '13900001234',
  role: 'USER',
  dingUserId: null,
  employeeCode: null,
  isSuperExecutive: false,
};

describe('adding a person', () => {
  test('writes them, and in the log what they were given, without the full mobile number', async () => {
    const response = await post(server, '/api/admin/people', input, bearer(admin));
    const outcome = response.json<Extract<PersonOutcome, { outcome: 'saved' }>>();
    expect(outcome).toMatchObject({
      outcome: 'saved',
      person: {
        username: 'wangwu',
        mobile: '139****1234',
        binding: 'unbound',
        password: 'none',
        sessions: [],
      },
    });
    expect(await person('wangwu')).toMatchObject({ ...input, passwordHash: null, status: 'ACTIVE' });
    expect(await audit('person.created')).toEqual([
      {
        actorId: adminId,
        subject: `user:${outcome.person.id}`,
        address: '127.0.0.1',
        detail: { after: { username: 'wangwu', name: '王五', department: '规划处', mobile: '139****1234' } },
      },
    ]);
  });

  test('tidies what was typed', async () => {
    const typed = {
      ...input,
      username: ' wangwu ',
      name: '王五 ',
      department: ' ',
      mobile: '+86 139 0000-1234',
    };
    await post(server, '/api/admin/people', typed, bearer(admin));
    expect(await person('wangwu')).toMatchObject({ name: '王五', department: null, mobile: '13900001234' });
  });

  test('with a platform id: the first sign-in by it is the match', async () => {
    await post(server, '/api/admin/people', { ...input, dingUserId: '270103' }, bearer(admin));
    expect(await seen('wangwu')).toMatchObject({ binding: 'expected', boundAt: null });
    expect(await server.login('wangwu')).toMatchObject({
      outcome: 'signed-in',
      user: { username: 'wangwu' },
    });
    expect(await seen('wangwu')).toMatchObject({ binding: 'bound', boundBy: 'PLATFORM_ID' });
  });

  test.each([
    ['username', { username: 'lisi' }],
    ['mobile', { mobile: '13900007777' }],
    ['dingUserId', { dingUserId: '270101' }],
  ])('says whose %s it is not', async (field, change) => {
    await server.prisma.user.update({ where: { username: 'lisi' }, data: { mobile: '13900007777' } });
    const before = await server.prisma.auditLog.count();
    const response = await post(server, '/api/admin/people', { ...input, ...change }, bearer(admin));
    expect(response.json()).toEqual({ outcome: 'taken', field });
    expect(await server.prisma.auditLog.count()).toBe(before);
  });

  test.each([
    ['username', { username: '' }],
    ['username', { username: 'wang wu' }],
    ['username', { username: 'w'.repeat(65) }],
    ['name', { name: '  ' }],
    ['name', { name: '王\u200b五' }],
    ['mobile', { mobile: '1390000' }],
    ['mobile', { mobile: '139****1234' }],
    ['department', { department: '处'.repeat(129) }],
    ['dingUserId', { dingUserId: '2701 03' }],
    ['employeeCode', { employeeCode: 'G'.repeat(65) }],
  ])('says what is wrong with %s: %j', async (field, change) => {
    const response = await post(server, '/api/admin/people', { ...input, ...change }, bearer(admin));
    expect(response.json()).toEqual({
      outcome: 'invalid',
      field,
      message: expect.stringMatching(/^\D.+。$/),
    });
  });
});

describe('editing a person', () => {
  test('changes what was given, and the log has before and after', async () => {
    const { id } = await person('lisi');
    await server.prisma.user.update({ where: { id }, data: { mobile: '13900000001' } });
    const outcome = await deed('lisi', 'edit', { name: '李思', mobile: '13900000002', department: null });
    expect(outcome).toMatchObject({ outcome: 'saved', person: { name: '李思', department: null } });
    expect(await person('lisi')).toMatchObject({ name: '李思', mobile: '13900000002', role: 'USER' });
    expect(await audit('person.edited')).toEqual([
      {
        actorId: adminId,
        subject: `user:${id}`,
        address: '127.0.0.1',
        detail: {
          before: { name: '李四', mobile: '139****0001', department: '综合处' },
          after: { name: '李思', mobile: '139****0002', department: null },
        },
      },
    ]);
  });

  test('to what it is already writes nothing', async () => {
    const { version } = await seen('lisi');
    const outcome = await deed('lisi', 'edit', { name: '李四' });
    expect(outcome).toMatchObject({ outcome: 'saved', person: { version } });
    expect(await audit('person.edited')).toEqual([]);
  });

  test('of two who saw the same the second is told, and shown how it is now', async () => {
    const { id, version } = await seen('lisi');
    const both = await Promise.all(
      ['甲', '乙'].map((department) => act(`${id}/edit`, { version, department })),
    );
    const outcomes = both.map((response) => response.json<PersonOutcome>());
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'saved']);
    const { department } = await person('lisi');
    for (const one of outcomes) expect(one).toMatchObject({ person: { department } });
    expect(await audit('person.edited')).toHaveLength(1);
    // With what is shown now it can be done.
    expect(await deed('lisi', 'edit', { department: '丙' })).toMatchObject({ outcome: 'saved' });
  });

  test('says which field is another person’s', async () => {
    expect(await deed('lisi', 'edit', { username: 'zhangsan' })).toEqual({
      outcome: 'taken',
      field: 'username',
    });
    expect(await deed('lisi', 'edit', { dingUserId: '270101' })).toEqual({
      outcome: 'taken',
      field: 'dingUserId',
    });
    const { mobile } = await person('zhangsan');
    await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { mobile: '13900007777' } });
    expect(mobile).not.toBeNull();
    expect(await deed('lisi', 'edit', { mobile: '13900007777' })).toEqual({
      outcome: 'taken',
      field: 'mobile',
    });
    expect(await deed('lisi', 'edit', { mobile: '1' })).toMatchObject({
      outcome: 'invalid',
      field: 'mobile',
    });
    expect(await audit('person.edited')).toEqual([]);
  });

  test('another platform id ends the sessions, and what was known of the former person goes', async () => {
    const token = await server.tokenOf('zhangsan');
    await deed('zhangsan', 'edit', { dingUserId: '270103' });
    expect(await live(token)).toBe(false);
    expect(await person('zhangsan')).toMatchObject({
      boundAt: null,
      boundBy: null,
      unionId: null,
      employeeCode: null,
    });
    expect(await server.login('wangwu')).toMatchObject({
      outcome: 'signed-in',
      user: { username: 'zhangsan' },
    });
  });

  test('a new role counts at the next request', async () => {
    const token = await server.tokenOf('zhangsan');
    expectFault(await get(server, '/api/admin/people', token), 403, 'FORBIDDEN');
    await deed('zhangsan', 'edit', { role: 'AUDITOR' });
    expect((await get(server, '/api/admin/people', token)).statusCode).toBe(200);
  });
});

describe('disabling and enabling', () => {
  test('ends the sessions at once, and lets nobody in until it is enabled', async () => {
    const token = await server.tokenOf('zhangsan');
    expect(await deed('zhangsan', 'disable')).toMatchObject({
      outcome: 'saved',
      person: { disabled: true, sessions: [] },
    });
    expect(await live(token)).toBe(false);
    expect(await server.login('zhangsan')).toEqual({ outcome: 'no-permission', reason: 'ACCOUNT_DISABLED' });
    expect(await deed('zhangsan', 'enable')).toMatchObject({ outcome: 'saved', person: { disabled: false } });
    expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
    expect((await audit('person.disabled')).map(({ detail }) => detail)).toEqual([
      { before: { status: 'ACTIVE' }, after: { status: 'DISABLED' } },
    ]);
    expect(await audit('person.enabled')).toHaveLength(1);
  });

  test('twice is once', async () => {
    await deed('zhangsan', 'disable');
    expect(await deed('zhangsan', 'disable')).toMatchObject({ outcome: 'saved' });
    expect(await audit('person.disabled')).toHaveLength(1);
  });
});

describe('unbinding', () => {
  test('ends the sessions; the person binds anew', async () => {
    const token = await server.tokenOf('zhangsan');
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
    const ticket = await ticketOf(server, 'zhangsan');
    const { password } = development;
    expect(await server.bind({ ticket, username: 'zhangsan', password })).toMatchObject({
      outcome: 'signed-in',
    });
  });

  test('who is not bound stays as they are', async () => {
    expect(await deed('lisi', 'unbind')).toMatchObject({ outcome: 'saved' });
    expect(await audit('person.unbound')).toEqual([]);
  });
});

const reset = (username: string) =>
  deed<Extract<PasswordReset, { outcome: 'password-reset' }>>(username, 'password-reset');

describe('a one-time password', () => {
  test('replaces the old one, binds, and must be changed', async () => {
    const { password, expiresAt, person: shown } = await reset('lisi');
    expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect(shown).toMatchObject({ password: 'one-time', passwordExpiresAt: expiresAt });
    const days = (new Date(expiresAt).getTime() - Date.now()) / (24 * 3_600_000);
    expect(days).toBeCloseTo(3, 2);
    const ticket = await ticketOf(server, 'lisi');
    const old = { ticket, username: 'lisi', password: development.password };
    expect(await server.bind(old)).toMatchObject({ reason: 'INVALID_CREDENTIALS' });
    const bound = await server.bind({ ticket, username: 'lisi', password });
    if (bound.outcome !== 'signed-in') throw new Error(JSON.stringify(bound));
    // It binds, and the flag stays until the person has a password of their own.
    expect(await seen('lisi')).toMatchObject({ password: 'one-time', binding: 'bound' });
    const change = { currentPassword: password, newPassword: 'kettle-orbit-4417' };
    const changed = await post(server, '/api/me/password', change, bearer(bound.session.token ?? ''));
    expect(changed.json()).toEqual({ outcome: 'password-changed' });
    expect(await seen('lisi')).toMatchObject({ password: 'own', passwordExpiresAt: null });
  });

  test('ends the sessions, forgets wrong passwords, and is in no log', async () => {
    const token = await server.tokenOf('zhangsan');
    const ticket = await ticketOf(server, 'lisi');
    for (let at = 0; at < 5; at += 1) await server.bind({ ticket, username: 'zhangsan', password: 'wrong' });
    expect(await seen('zhangsan')).toMatchObject({ lockedUntil: expect.any(String) });
    const { password, person: shown } = await reset('zhangsan');
    expect(shown.lockedUntil).toBeNull();
    expect(await live(token)).toBe(false);
    const entries = await newEntries('password.reset');
    expect(entries.map(({ detail }) => detail)).toEqual([
      {
        before: { mustChangePassword: false, passwordExpiresAt: null },
        after: { mustChangePassword: true, passwordExpiresAt: expect.any(String) },
      },
    ]);
    expect(JSON.stringify([entries, server.logs()])).not.toContain(password);
  });

  test('is refused where the passwords are kept elsewhere', async () => {
    const elsewhere = await build({
      database: server.database,
      emulator: server.emulator,
      env: { CREDENTIALS_URL: 'http://127.0.0.1:9/verify', CREDENTIALS_SECRET: 'x'.repeat(32) },
    });
    try {
      const { id } = await person('lisi');
      const shown = (await get(elsewhere, `/api/admin/people/${id}`, admin)).json<PersonDetail>();
      expect(shown.password).toBe('elsewhere');
      const asked = await post(
        elsewhere,
        `/api/admin/people/${id}/password-reset`,
        { version: shown.version },
        bearer(admin),
      );
      expect(asked.json()).toEqual({ outcome: 'refused', reason: 'PASSWORD_ELSEWHERE' });
      expect(await audit('password.reset')).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

test('sessions are listed, and end together', async () => {
  const tokens = [await server.tokenOf('zhangsan'), await server.tokenOf('zhangsan')];
  const { id, sessions } = await seen('zhangsan');
  expect(sessions).toHaveLength(2);
  expect(sessions[0]).toMatchObject({ client: 'mini', address: '127.0.0.1' });
  expect((await act(`${id}/sessions/end`)).json()).toEqual({ outcome: 'sessions-ended', count: 2 });
  for (const token of tokens) expect(await live(token)).toBe(false);
  expect((await audit('sessions.ended')).map(({ detail }) => detail)).toEqual([{ sessions: 2 }]);
});

test('an account is unlocked, and who guessed at it is named', async () => {
  const ticket = await ticketOf(server, 'wangwu');
  for (let at = 0; at < 5; at += 1) await server.bind({ ticket, username: 'lisi', password: 'wrong' });
  const { id, lockedUntil } = await seen('lisi');
  expect(lockedUntil).not.toBeNull();
  expect((await act(`${id}/unlock`)).json()).toEqual({
    outcome: 'unlocked',
    cleared: 1,
    lockedPeople: ['270103'],
  });
  expect(await seen('lisi')).toMatchObject({ lockedUntil: null });
  expect(await audit('lockout.cleared')).toEqual([
    { actorId: adminId, subject: 'account:lisi', address: '127.0.0.1', detail: {} },
  ]);
  expect((await act(`${id}/unlock`)).json()).toMatchObject({ cleared: 0 });
});

test('a full mobile number is shown after it is written down who asked', async () => {
  const { id, mobile } = await person('zhangsan');
  expect((await act(`${id}/mobile`)).json()).toEqual({ mobile });
  expect(await audit('mobile.revealed')).toEqual([
    { actorId: adminId, subject: `user:${id}`, address: '127.0.0.1', detail: {} },
  ]);
  const { id: without } = await person('chenguang');
  expect((await act(`${without}/mobile`)).json()).toEqual({ mobile: null });
  expect(await audit('mobile.revealed')).toHaveLength(1);
  expect(JSON.stringify(server.logs())).not.toContain(mobile);
});

describe('nobody shuts themselves out', () => {
  test.each([
    ['disable', {}],
    ['unbind', {}],
    ['edit', { role: 'USER' }],
    ['edit', { dingUserId: '1' }],
    ['password-reset', {}],
  ])('by %s %j', async (path, body) => {
    expect(await deed('admin', path, body)).toEqual({ outcome: 'refused', reason: 'SELF' });
    expect(await person('admin')).toMatchObject({ status: 'ACTIVE', role: 'ADMIN', dingUserId: '270108' });
    expect(await live(admin)).toBe(true);
  });

  test('but may change their own name', async () => {
    expect(await deed('admin', 'edit', { name: '管理员甲' })).toMatchObject({ outcome: 'saved' });
  });

  test.each([
    ['edit', { role: 'USER' }],
    ['disable', {}],
  ])('two administrators who %s each other at once do not both succeed', async (path, body) => {
    await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'ADMIN' } });
    for (let round = 0; round < 5; round += 1) {
      const other = await server.tokenOf('zhangsan');
      const own = await server.tokenOf('admin');
      const versions = await server.prisma.user.findMany({
        where: { username: { in: ['admin', 'zhangsan'] } },
        orderBy: { username: 'asc' },
      });
      const [one, two] = versions.map(({ id, updatedAt }) => ({ id, version: updatedAt.toISOString() }));
      const answers = await Promise.all([
        act(`${two?.id}/${path}`, { version: two?.version, ...body }, own),
        act(`${one?.id}/${path}`, { version: one?.version, ...body }, other),
      ]);
      const left = await server.prisma.user.count({ where: { role: 'ADMIN', status: 'ACTIVE' } });
      expect(left).toBe(1);
      const ends = answers.map((answer) =>
        answer.statusCode === 200 ? answer.json<PersonOutcome>().outcome : answer.statusCode,
      );
      expect(ends.filter((end) => end === 'saved')).toHaveLength(1);
      // Refused before the body was read, while the change was under way, or as who is signed in no more.
      expect([401, 403]).toContain(ends.find((end) => end !== 'saved'));
      await server.prisma.user.updateMany({
        where: { username: { in: ['admin', 'zhangsan'] } },
        data: { role: 'ADMIN', status: 'ACTIVE' },
      });
    }
  });
});

test('history: what a person did and what was done to them, page by page, in words', async () => {
  const ticket = await ticketOf(server, 'lisi');
  await server.bind({ ticket, username: 'lisi', password: 'wrong' });
  await server.bind({ ticket, username: 'lisi', password: development.password });
  await deed('lisi', 'edit', { department: '新的处' });
  const { id } = await person('lisi');
  const url = `/api/admin/people/${id}/history`;
  // The account of an earlier test has the same name.
  const lately = ({ items }: HistoryPage) => items.filter((item) => !told.has(item.id));
  const whole = (await get(server, url, admin)).json<HistoryPage>();
  whole.items = lately(whole);
  const actions = whole.items.map(({ action }) => action);
  // What one transaction has written has no order.
  expect([actions[0], actions.slice(1, 3).sort(), actions.slice(3)]).toEqual([
    'person.edited',
    ['account.bound', 'sign-in'],
    ['bind.refused'],
  ]);
  expect(whole.items[0]).toMatchObject({
    actionName: '修改人员',
    actor: { username: 'admin' },
    changes: [{ field: '部门', before: '综合处', after: '新的处' }],
  });
  const pages: string[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: HistoryPage = (await get(server, `${url}?limit=1${more}`, admin)).json<HistoryPage>();
    pages.push(...lately(page).map((item) => item.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(pages).toEqual(whole.items.map((item) => item.id));
  expectFault(await get(server, `${url}?cursor=x`, admin), 400, 'INVALID_REQUEST');
});

test('nobody by that id is not found, on every route', async () => {
  const id = randomUUID();
  const version = new Date().toISOString();
  expectFault(await get(server, `/api/admin/people/${id}`, admin), 404, 'NOT_FOUND');
  expectFault(await get(server, `/api/admin/people/${id}/history`, admin), 404, 'NOT_FOUND');
  for (const path of ['edit', 'disable', 'enable', 'unbind', 'password-reset']) {
    expectFault(await act(`${id}/${path}`, { version }), 404, 'NOT_FOUND');
  }
  for (const path of ['sessions/end', 'unlock', 'mobile']) {
    expectFault(await act(`${id}/${path}`), 404, 'NOT_FOUND');
  }
});

test('what was seen before is needed, and told from what is now', async () => {
  const { id, version } = await seen('zhangsan');
  await deed('zhangsan', 'edit', { department: '别的处' });
  for (const path of ['disable', 'enable', 'unbind', 'password-reset', 'edit']) {
    expectFault(await act(`${id}/${path}`, {}), 400, 'INVALID_REQUEST');
    expect((await act(`${id}/${path}`, { version })).json()).toMatchObject({
      outcome: 'conflict',
      person: { id },
    });
  }
});

// The last test: the log keeps the database's own time, which does not move along.
test('a one-time password ends after three days, and the person is told whose move it is', async () => {
  const { password } = await reset('lisi');
  server.advance(72 * 3_600_000 + 1000);
  const ticket = await ticketOf(server, 'lisi');
  const attempt = { ticket, username: 'lisi', password };
  expect(await server.bind(attempt)).toEqual({ outcome: 'bind-rejected', reason: 'PASSWORD_EXPIRED' });
  expect(await person('lisi')).toMatchObject({ dingUserId: null });
  // Told only to who knows it.
  expect(await server.bind({ ...attempt, password: 'wrong' })).toMatchObject({
    reason: 'INVALID_CREDENTIALS',
  });
});
