import { type Built, build } from '../testing/build.ts';
import { expectFault, get, post } from '../testing/http.ts';
import { readPersonHints } from './zhezhengding-event.ts';

const codes = { zhangsan: 'GE_emulated0001', zhaoliu: 'GE_emulated0004', admin: 'GE_emulated0008' };
const accountsApi = '/mozi/employee/listEmployeeAccountIds';
const url = '/api/events/zhezhengding';
const minute = 60_000;

let server: Built;

beforeAll(async () => {
  server = await build({ platform: 'zhezhengding', env: { ZHEZHENGDING_EVENTS: 'on' } });
});
beforeEach(async () => {
  await server.prisma.platformEvent.deleteMany();
  await server.prisma.user.updateMany({ data: { leftAt: null } });
  // The emulator forgets its app tokens, so the instances' common store must too.
  server.emulator.control.reset();
  await server.prisma.platformToken.deleteMany();
  // So that no refused app token of an earlier test adds a call.
  await server.tokenOf('zhangsan');
});
afterAll(() => server.close());

const rows = () => server.prisma.platformEvent.findMany({ orderBy: { receivedAt: 'asc' } });
const looks = () => server.emulator.control.calls()[accountsApi] ?? 0;
const settle = () => server.app.platformEvents.settle();

/**
 * Lets time pass for the stored events. Not by the clock: the platform refuses signatures of another time than its
 * own.
 */
async function pass(ms: number): Promise<void> {
  await server.prisma.$executeRaw`
    UPDATE platform_events SET next_attempt_at = next_attempt_at - ${ms} * interval '1 ms',
      received_at = received_at - ${ms} * interval '1 ms', processed_at = processed_at - ${ms} * interval '1 ms'`;
}

async function leftAt(username: string): Promise<Date | null> {
  const user = await server.prisma.user.findUniqueOrThrow({ where: { username } });
  return user.leftAt;
}

function send(payload: string, contentType?: string, remoteAddress = '127.0.0.1') {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  return server.app.inject({ method: 'POST', url, payload, headers, remoteAddress });
}

async function expectAcknowledged(payload: string, contentType?: string): Promise<void> {
  const response = await send(payload, contentType);
  expect({ status: response.statusCode, body: response.json() }).toEqual({
    status: 200,
    body: { success: true, errcode: '0', errmsg: '成功' },
  });
}

const shapes: [string, string, string][] = [
  ['JSON', 'application/json', JSON.stringify({ eventTag: 'X|EMPLOYEE_LEAVE', employeeCode: codes.zhaoliu })],
  [
    'JSON called text',
    'text/plain',
    JSON.stringify({ content: { data: [{ employeeCode: codes.zhaoliu }] } }),
  ],
  [
    'JSON within JSON',
    'application/json; charset=utf-8',
    JSON.stringify({ content: JSON.stringify({ employeeCodes: ['x', codes.zhaoliu] }) }),
  ],
  ['an account as a number', 'application/json', '{"data":{"accountId":270104}}'],
  ['a form', 'application/x-www-form-urlencoded', `tag=x&employee_code=${codes.zhaoliu}`],
  [
    'JSON within a form',
    'application/x-www-form-urlencoded',
    `content=${encodeURIComponent(JSON.stringify({ accountIds: '1,270104' }))}`,
  ],
];

test.each(shapes)('a person who left is found in %s, asked about, and signed out', async (_, type, body) => {
  await expectAcknowledged(body, type);
  await settle();
  expect(await leftAt('zhaoliu')).toBeInstanceOf(Date);
  expect(await rows()).toMatchObject([{ platform: 'zhezhengding', payload: { person: '270104' } }]);
});

test('a body without a content type is read too', async () => {
  await expectAcknowledged(JSON.stringify({ employeeCode: codes.zhaoliu }));
  await settle();
  expect(await leftAt('zhaoliu')).toBeInstanceOf(Date);
});

test('a forged callback for a person who has not left ends no session', async () => {
  const token = await server.tokenOf('admin');
  await expectAcknowledged(JSON.stringify({ eventTag: 'EMPLOYEE_LEAVE', employeeCode: codes.admin }));
  for (const waitMs of [0, minute, 6 * minute]) {
    await pass(waitMs);
    await settle();
  }
  expect((await get(server, '/api/me', token)).statusCode).toBe(200);
  expect(await leftAt('admin')).toBeNull();
  expect(looks()).toBe(3);
});

test('a callback without a known person is acknowledged, and nothing is stored or asked', async () => {
  const strangers = JSON.stringify({ employeeCode: 'GE_stranger', accountIds: [1, 270103] });
  for (const body of ['', '{', '[]', '{}', 'null', strangers, '{"name":"GE_emulated0004"}']) {
    await expectAcknowledged(body, 'application/json');
  }
  await settle();
  expect(await rows()).toEqual([]);
  expect(looks()).toBe(0);
});

describe('a storm of callbacks', () => {
  const body = JSON.stringify({ employeeCode: codes.zhangsan });

  test('makes one row and few questions for each person in ten minutes', async () => {
    for (let at = 0; at < 200; at += 1) await expectAcknowledged(body);
    await settle();
    for (let at = 0; at < 17; at += 1) {
      await pass(30_000);
      await expectAcknowledged(body);
      await settle();
    }
    expect(await rows()).toHaveLength(1);
    // The first look and the two that confirm it.
    expect(looks()).toBe(3);
  });

  test('cannot hide that a person left: a name that comes after a check is checked later', async () => {
    try {
      // zhaoliu is whom the platform knows as zhangsan, until they leave.
      await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { dingUserId: null } });
      await server.prisma.user.update({
        where: { username: 'zhaoliu' },
        data: { dingUserId: '270101', employeeCode: codes.zhangsan },
      });
      const named = JSON.stringify({ accountId: '270101' });
      for (const waitMs of [0, minute, 6 * minute]) {
        await pass(waitMs);
        await expectAcknowledged(named);
        await settle();
      }
      const asked = looks();
      expect(await leftAt('zhaoliu')).toBeNull();
      // The true callback comes right after a forged one was worked off.
      await server.prisma.user.update({
        where: { username: 'zhaoliu' },
        data: { employeeCode: codes.zhaoliu },
      });
      await expectAcknowledged(named);
      await settle();
      expect(looks()).toBe(asked);
      await pass(10 * minute + 1000);
      await settle();
      expect(looks()).toBe(asked + 1);
      expect(await leftAt('zhaoliu')).toBeInstanceOf(Date);
    } finally {
      await server.prisma.user.update({
        where: { username: 'zhaoliu' },
        data: { dingUserId: '270104', employeeCode: codes.zhaoliu },
      });
      await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { dingUserId: '270101' } });
    }
  });

  test('from one address is refused beyond 600 a minute', async () => {
    let last = await send('{}', undefined, '192.0.2.9');
    for (let at = 0; at < 1200 && last.statusCode === 200; at += 1)
      last = await send('{}', undefined, '192.0.2.9');
    expectFault(last, 429, 'TOO_MANY_REQUESTS');
  });
});

test('a person who is named while the platform is being asked is checked once more', async () => {
  server.emulator.control.fault({ path: accountsApi, kind: 'slow', delayMs: 300 });
  const body = JSON.stringify({ employeeCode: codes.zhaoliu });
  await expectAcknowledged(body);
  const working = settle();
  while (looks() === 0) await new Promise((resolve) => setImmediate(resolve));
  await expectAcknowledged(body);
  await working;
  expect(looks()).toBe(1);
  expect(await rows()).toMatchObject([{ processedAt: null, attempts: 0 }]);
  await pass(10 * minute + 1000);
  await settle();
  expect(looks()).toBe(2);
  expect(await rows()).toMatchObject([{ processedAt: expect.any(Date) }]);
});

test('without the setting the address does not exist', async () => {
  const bare = await build({
    platform: 'zhezhengding',
    database: server.database,
    emulator: server.emulator,
  });
  try {
    expectFault(await post(bare, url, {}), 404, 'NOT_FOUND');
  } finally {
    await bare.close();
  }
});

test('the people of one callback are limited', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `GE_${at}`);
  expect(readPersonHints(JSON.stringify({ employeeCodes: many(5000) }))).toHaveLength(100);
  expect(readPersonHints(JSON.stringify(many(5000).map((accountId) => ({ accountId }))))).toHaveLength(100);
  expect(readPersonHints(`{"a":`.repeat(9000))).toEqual([]);
  const deep = `${'{"a":'.repeat(20)}{"accountId":"1"}${'}'.repeat(20)}`;
  expect(readPersonHints(deep)).toEqual([]);
  expect(readPersonHints('{"accountId":9007199254740993}')).toEqual(['9007199254740993']);
  // A form is read up to the limit, even if it repeats a name very often.
  expect(readPersonHints(`${'a&'.repeat(1999)}accountId=1`)).toEqual(['1']);
  expect(readPersonHints(`${'a&'.repeat(2000)}accountId=1`)).toEqual([]);
});
