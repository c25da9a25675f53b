import type { PersonOutcome } from '../contract/people.ts';
import type {
  SuperExecutiveInput,
  SuperExecutives,
  SuperExecutivesAdded,
} from '../contract/super-executives.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';
import { recentSuperExecutiveFaults } from './faults.ts';

let server: Built;
let admin: string;

beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

/** The platform's id of the emulator's 超级高管, whose mobile number no API gives. */
const chenguang = { dingUserId: '270107', name: '陈光' };
const url = '/api/admin/super-executives';

beforeEach(async () => {
  await server.prisma.superExecutiveFault.deleteMany();
  await server.prisma.user.deleteMany({ where: { username: { notIn: ['admin', 'zhangsan', 'lisi'] } } });
  await server.prisma.user.updateMany({ data: { isSuperExecutive: false } });
  await server.prisma.user.updateMany({
    where: { username: 'lisi' },
    data: { dingUserId: null, boundAt: null, boundBy: null },
  });
  admin = await server.tokenOf('admin');
});

const list = async () => (await get(server, url, admin)).json<SuperExecutives>();
const add = async (...people: SuperExecutiveInput[]) =>
  (await post(server, url, { people }, bearer(admin))).json<SuperExecutivesAdded>();
const entries = (action: string, id: string) =>
  server.prisma.auditLog.findMany({ where: { action, subject: `user:${id}` }, orderBy: { at: 'asc' } });

test('a person who was added by id signs in by it, and the list says when and how', async () => {
  // Without the id nothing matches: the platform gives no mobile number, and names do not match.
  expect(await server.login('chenguang')).toMatchObject({ outcome: 'bind-required' });
  expect(await add({ ...chenguang, department: '省政府' })).toEqual({
    outcome: 'added',
    created: 1,
    marked: 0,
    unchanged: 0,
  });
  const [waiting] = (await list()).items;
  expect(waiting).toMatchObject({
    ...chenguang,
    username: '270107',
    department: '省政府',
    binding: 'expected',
    boundAt: null,
    lastSignInAt: null,
    faults: 0,
  });
  expect(await server.login('chenguang')).toMatchObject({
    outcome: 'signed-in',
    user: { dingUserId: '270107', isSuperExecutive: true, name: '陈光' },
  });
  const [matched] = (await list()).items;
  expect(matched).toMatchObject({ binding: 'bound', boundBy: 'PLATFORM_ID' });
  expect(matched?.boundAt).not.toBeNull();
  expect(matched?.lastSignInAt).not.toBeNull();
  expect((await entries('super-executive.added', matched?.id ?? '')).map(({ detail }) => detail)).toEqual([
    {
      before: { dingUserId: null, username: null, name: null, department: null, isSuperExecutive: false },
      after: {
        dingUserId: '270107',
        username: '270107',
        name: '陈光',
        department: '省政府',
        isSuperExecutive: true,
      },
    },
  ]);
  expect(await entries('account.bound', matched?.id ?? '').catch(() => [])).toHaveLength(1);
});

test('an existing account is marked by its id or user name; a second time changes nothing', async () => {
  const people = [
    { dingUserId: '270101', name: '张三' },
    { dingUserId: '270102', name: '李四', username: 'lisi' },
  ];
  expect(await add(...people)).toEqual({ outcome: 'added', created: 0, marked: 2, unchanged: 0 });
  expect((await list()).items.map(({ username, binding }) => [username, binding]).sort()).toEqual([
    ['lisi', 'expected'],
    ['zhangsan', 'bound'],
  ]);
  const audited = await server.prisma.auditLog.count({ where: { action: 'super-executive.added' } });
  expect(await add(...people)).toEqual({ outcome: 'added', created: 0, marked: 0, unchanged: 2 });
  expect(await server.prisma.auditLog.count({ where: { action: 'super-executive.added' } })).toBe(audited);
});

test('with another id the account no longer counts as left', async () => {
  const leftAt = new Date();
  await server.prisma.user.update({ where: { username: 'lisi' }, data: { leftAt } });
  await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { leftAt } });
  await add({ dingUserId: '270102', name: '李四', username: 'lisi' }, { dingUserId: '270101', name: '张三' });
  const rows = (await list()).items.map(({ username, leftAt: at }) => [username, at]);
  expect(Object.fromEntries(rows)).toEqual({ lisi: null, zhangsan: leftAt.toISOString() });
});

test.each<[string, SuperExecutiveInput, RegExp]>([
  ['an empty id', { dingUserId: ' ', name: '甲' }, /^id不能为空。|^用户名不能为空。|^id 不能为空。/],
  ['an id with a blank', { dingUserId: '27 01', name: '甲', username: 'a' }, /^id不能含空格。$/],
  ['an id with a comma', { dingUserId: '27,01', name: '甲', username: 'a' }, /^id不能含逗号。$/],
  ['no name', { dingUserId: '9', name: '' }, /^姓名不能为空。$/],
  ['another name than the account has', { dingUserId: '270101', name: '张四' }, /姓名是“张三”/],
  ['an account with another id', { dingUserId: '9', name: '张三', username: 'zhangsan' }, /已登记了别的 id/],
])('%s stops the whole list, and is reported by its row', async (_, wrong, message) => {
  expect(await add(chenguang, wrong)).toEqual({
    outcome: 'problems',
    problems: [{ row: 2, message: expect.stringMatching(message) }],
  });
  expect((await list()).items).toEqual([]);
  expect(await server.prisma.user.count({ where: { dingUserId: '270107' } })).toBe(0);
});

test('a repeated id is reported', async () => {
  expect(await add(chenguang, chenguang)).toEqual({
    outcome: 'problems',
    problems: [{ row: 2, message: '与第 1 行的 id 重复。' }],
  });
});

test('two administrators who add one person at once add it once', async () => {
  const outcomes = await Promise.all([add(chenguang), add(chenguang)]);
  expect(outcomes.filter(({ outcome }) => outcome === 'added').length).toBeGreaterThan(0);
  expect((await list()).items).toHaveLength(1);
});

test.each([
  [false, 'ACTIVE'],
  [true, 'DISABLED'],
])('a person can be removed (and the account disabled: %s)', async (disable, status) => {
  await add(chenguang);
  const token = await server.tokenOf('chenguang');
  const [row] = (await list()).items;
  const remove = (version?: string) =>
    post(server, `${url}/${row?.id}/remove`, { version, disable }, bearer(admin));
  const outdated = (await remove('2026-01-01T00:00:00.000Z')).json<PersonOutcome>();
  expect(outdated).toMatchObject({ outcome: 'conflict' });
  expect((await remove(row?.version)).json()).toMatchObject({
    outcome: 'saved',
    person: { isSuperExecutive: false, disabled: disable },
  });
  expect((await list()).items).toEqual([]);
  expect(await server.prisma.user.findUnique({ where: { dingUserId: '270107' } })).toMatchObject({ status });
  expect((await get(server, '/api/me', token)).statusCode).toBe(disable ? 401 : 200);
  expect(await entries('super-executive.removed', row?.id ?? '')).toHaveLength(1);
});

test('an unknown id is not found', async () => {
  const body = { version: '2026-01-01T00:00:00.000Z', disable: false };
  const missing = `${url}/019ab000-0000-7000-8000-000000000000/remove`;
  expectFault(await post(server, missing, body, bearer(admin)), 404, 'NOT_FOUND');
  expectFault(await post(server, url, { people: [] }, bearer(admin)), 400, 'INVALID_REQUEST');
});

describe('faults', () => {
  /** A route that fails as the database does when it is stopped half-way. */
  async function meetFault(token: string): Promise<string> {
    vi.spyOn(server.prisma.session, 'findMany').mockRejectedValueOnce(new Error('broken for the test'));
    const response = await get(server, '/api/me/sessions', token);
    expectFault(response, 500, 'INTERNAL_ERROR');
    return String(response.headers['x-request-id']);
  }

  afterEach(() => vi.restoreAllMocks());

  test('of a 超级高管 are listed, the latest first, without refusals and other people’s faults', async () => {
    await add(chenguang);
    const executive = await server.tokenOf('chenguang');
    const ids = [await meetFault(executive), await meetFault(executive)];
    await meetFault(await server.tokenOf('zhangsan'));
    expectFault(await post(server, '/api/me/password', {}, bearer(executive)), 400, 'INVALID_REQUEST');
    await until(async () => (await server.prisma.superExecutiveFault.count()) >= 2, 5000, 'both are written');
    const recent = await recentSuperExecutiveFaults(server.prisma, 10);
    expect(recent.map(({ requestId }) => requestId).sort()).toEqual([...ids].sort());
    expect(recent[0]).toMatchObject({
      person: { name: '陈光', username: '270107' },
      code: 'INTERNAL_ERROR',
      route: 'GET /api/me/sessions',
    });
    expect(await recentSuperExecutiveFaults(server.prisma, 1)).toHaveLength(1);
    const { items, recentFaults } = await list();
    expect(recentFaults).toEqual(recent);
    expect(items[0]).toMatchObject({ faults: 2, lastFaultAt: recent[0]?.at });
    expect(
      server.logs().filter((line) => line.superExecutive === true && line.level === 60).length,
    ).toBeGreaterThan(1);
  });

  test('that cannot be written do not change the answer', async () => {
    await add(chenguang);
    const executive = await server.tokenOf('chenguang');
    vi.spyOn(server.prisma.superExecutiveFault, 'create').mockImplementationOnce((() =>
      Promise.reject(new Error('no table'))) as never);
    await meetFault(executive);
    await until(
      () => server.logs().some(({ msg }) => msg === 'the fault of a super executive was not written down'),
      5000,
      'the log says so',
    );
    expect(await server.prisma.superExecutiveFault.count()).toBe(0);
  });
});
