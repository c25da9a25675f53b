import { type Built, build } from '../testing/build.ts';
import { rowCounts } from '../testing/http.ts';

/** People are matched by id, by a confirmed number if that is on, else by binding. */

const people = { lisi: '270102', wangwu: '270103', chenguang: '270107' };

describe('a match by the platform’s id', () => {
  let server: Built;
  beforeAll(async () => {
    server = await build();
  });
  afterAll(() => server.close());

  test('the first sign-in by an id that was entered by hand is recorded once', async () => {
    await server.prisma.user.update({ where: { username: 'lisi' }, data: { dingUserId: people.lisi } });
    expect(await server.login('lisi')).toMatchObject({ outcome: 'signed-in' });
    const first = await server.prisma.user.findUniqueOrThrow({ where: { username: 'lisi' } });
    expect(first).toMatchObject({ boundBy: 'PLATFORM_ID', unionId: 'emulated-union-lisi' });
    expect(first.boundAt).not.toBeNull();
    server.advance(1000);
    await server.login('lisi');
    expect(await server.prisma.user.findUniqueOrThrow({ where: { username: 'lisi' } })).toEqual(first);
    expect(await server.prisma.auditLog.count({ where: { action: 'account.bound' } })).toBe(1);
  });

  test('the same name is no match', async () => {
    await server.prisma.user.create({ data: { username: 'another', name: '王五', mobile: '10000000003' } });
    expect(await server.login('wangwu')).toMatchObject({ outcome: 'bind-required' });
  });
});

describe('a match by mobile number', () => {
  let server: Built;
  beforeAll(async () => {
    server = await build({ env: { MATCH_BY_MOBILE: 'on' } });
    await server.prisma.user.deleteMany({ where: { dingUserId: people.chenguang } });
  });
  afterAll(() => server.close());

  /** Creates an account with 王五's number, and signs a person in. */
  async function loginWith(account: object, person = 'wangwu') {
    await server.prisma.user.deleteMany({ where: { username: 'holder' } });
    await server.prisma.user.create({
      data: { username: 'holder', name: '持有人', mobile: '10000000003', ...account },
    });
    const outcome = await server.login(person);
    const holder = await server.prisma.user.findUniqueOrThrow({ where: { username: 'holder' } });
    return { outcome, holder };
  }

  test('the same number links the account', async () => {
    const { outcome, holder } = await loginWith({});
    expect(outcome).toMatchObject({
      outcome: 'signed-in',
      user: { username: 'holder', dingUserId: '270103' },
    });
    expect(holder).toMatchObject({ dingUserId: people.wangwu, boundBy: 'MOBILE' });
  });

  test.each([
    ['never a 超级高管’s account', { isSuperExecutive: true }],
    ['never an account that is another person’s', { dingUserId: '999' }],
    ['never another number', { mobile: '10000000099' }],
    ['never an account without a number', { mobile: null }],
  ])('is %s', async (_, account) => {
    const { outcome, holder } = await loginWith(account);
    expect(outcome).toMatchObject({ outcome: 'bind-required' });
    expect(holder.dingUserId).not.toBe(people.wangwu);
  });

  test('a disabled account is neither linked nor opened', async () => {
    const before = await rowCounts(server.prisma);
    const { outcome, holder } = await loginWith({ status: 'DISABLED' });
    expect(outcome).toEqual({ outcome: 'no-permission', reason: 'ACCOUNT_DISABLED' });
    expect(holder.dingUserId).toBeNull();
    expect(await rowCounts(server.prisma)).toMatchObject({ sessions: before.sessions, audit: before.audit });
  });

  test('a person whose number no API gives must bind, and is not matched to accounts without a number', async () => {
    const { outcome } = await loginWith({ mobile: null }, 'chenguang');
    expect(outcome).toMatchObject({ outcome: 'bind-required' });
  });

  const userApi = '/topapi/v2/user/get';
  const readings = () => server.emulator.control.calls()[userApi] ?? 0;

  test('a person known by the id gets in without the number, also while numbers cannot be read', async () => {
    const before = readings();
    server.emulator.control.fault({ path: userApi, kind: 'status', times: null });
    try {
      expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
      expect(await server.login('zhouba')).toMatchObject({ reason: 'ACCOUNT_DISABLED' });
      expect(readings()).toBe(before);
      // A person without an account does not count as a person without a number.
      await expect(server.login('wangwu')).rejects.toThrow('502');
    } finally {
      server.emulator.control.clearFaults();
    }
  });

  test('the number is read once, and a person who left after the exchange is told so', async () => {
    await server.prisma.user.deleteMany({ where: { username: 'holder' } });
    const before = readings();
    expect(await server.login('wangwu')).toMatchObject({
      outcome: 'bind-required',
      person: { name: '王五' },
    });
    expect(readings()).toBe(before + 1);
    server.emulator.control.fault({ path: userApi, kind: 'errcode', errcode: '60121' });
    expect(await server.login('wangwu')).toEqual({ outcome: 'no-permission', reason: 'LEFT_ORGANISATION' });
  });

  test('many first sign-ins at once link the account once, and all succeed', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => server.login('lisi')));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(8).fill('signed-in'));
    const lisi = await server.prisma.user.findUniqueOrThrow({ where: { dingUserId: people.lisi } });
    expect(lisi).toMatchObject({ username: 'lisi', boundBy: 'MOBILE' });
    const bound = { action: 'account.bound', subject: `user:${lisi.id}` };
    expect(await server.prisma.auditLog.count({ where: bound })).toBe(1);
  });
});

describe('without MATCH_BY_MOBILE and with BINDING=off', () => {
  test('the same number links nothing, and nobody can bind', async () => {
    const server = await build({ env: { BINDING: 'off' } });
    try {
      await server.prisma.user.create({ data: { username: 'holder', name: '王五', mobile: '10000000003' } });
      expect(await server.login('wangwu')).toEqual({ outcome: 'no-permission', reason: 'BINDING_CLOSED' });
      expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
      expect(await server.prisma.bindTicket.count()).toBe(0);
    } finally {
      await server.close();
    }
  });
});
