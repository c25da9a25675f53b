import { emulatedApps } from '../../scripts/emulator/index.ts';
import { createSecret } from '../auth/secrets.ts';
import { type Built, build } from '../testing/build.ts';
import {
  type Callback,
  callback,
  callbackEnvironment,
  personEvent,
  readAnswer,
} from '../testing/event-callback.ts';
import { expectFault, expectSignedOut, get, post } from '../testing/http.ts';

const { appKey, corpId } = emulatedApps.dingtalk;
const ids = { zhangsan: '270101', wangwu: '270103', zhaoliu: '270104', chenguang: '270107' };
const userApi = '/topapi/v2/user/get';

let server: Built;
let time = 1_795_000_000_000;

beforeAll(async () => {
  server = await build({ env: callbackEnvironment });
});
beforeEach(async () => {
  await server.prisma.platformEvent.deleteMany();
  await server.prisma.user.updateMany({ data: { leftAt: null } });
  // The emulator forgets its app tokens, so the instances' common store must too.
  server.emulator.control.reset();
  await server.prisma.platformToken.deleteMany();
  // Every test has different events.
  time += 1000;
});
afterAll(() => server.close());

const send = ({ url, payload }: Callback) => post(server, url, payload);
const event = (type: string, ...people: string[]) =>
  callback(personEvent(type, people, corpId, String(time)), appKey);
const rows = () => server.prisma.platformEvent.findMany({ orderBy: { receivedAt: 'asc' } });
const callsOfUserApi = () => server.emulator.control.calls()[userApi] ?? 0;

async function leftAt(username: string): Promise<Date | null> {
  const user = await server.prisma.user.findUniqueOrThrow({ where: { username } });
  return user.leftAt;
}

/** A live session of a person whom the platform would now refuse. */
async function sessionOf(username: string): Promise<string> {
  const { token, hash } = createSecret();
  const user = await server.prisma.user.findUniqueOrThrow({ where: { username } });
  await server.prisma.session.create({
    data: { tokenHash: hash, userId: user.id, client: 'MINI', expiresAt: new Date(Date.now() + 3_600_000) },
  });
  return token;
}

async function expectAcknowledged(sent: Callback, owner: string = appKey): Promise<void> {
  const response = await send(sent);
  expect(response.statusCode).toBe(200);
  expect(readAnswer(response.json())).toEqual({ message: 'success', owner });
}

describe('the callback address', () => {
  test.each([appKey, corpId])('is confirmed by check_url, for the owner %s', async (owner) => {
    await expectAcknowledged(callback({ EventType: 'check_url' }, owner), owner);
    expect(await rows()).toEqual([]);
  });

  test('accepts both names of the signature', async () => {
    for (const name of ['signature', 'msg_signature']) {
      const sent = event('user_modify_org', ids.zhangsan);
      const [path = '', query] = sent.url.split('?');
      const parameters = new URLSearchParams(query);
      parameters.delete(name);
      await expectAcknowledged({ ...sent, url: `${path}?${parameters}` });
    }
  });

  test('does not exist without its settings, nor for the other platform', async () => {
    const bare = await build({ database: server.database, emulator: server.emulator });
    try {
      const sent = event('user_leave_org', ids.zhaoliu);
      expectFault(await post(bare, sent.url, sent.payload), 404, 'NOT_FOUND');
    } finally {
      await bare.close();
    }
    expectFault(await post(server, '/api/events/zhezhengding', {}), 404, 'NOT_FOUND');
  });
});

describe('an event that is not DingTalk’s', () => {
  const changed: [string, (sent: Callback, query: URLSearchParams) => void][] = [
    ['signed with another token', (_, query) => query.set('signature', 'f'.repeat(40))],
    ['without a signature', (_, query) => query.delete('signature')],
    ['with another time', (_, query) => query.set('timestamp', '1')],
    ['with another nonce', (_, query) => query.set('nonce', 'x')],
    [
      'with another text',
      (sent) => {
        sent.payload.encrypt = event('user_leave_org', ids.zhangsan).payload.encrypt;
      },
    ],
  ];
  test.each(changed)('%s is refused, and nothing is stored', async (_, change) => {
    const sent = event('user_leave_org', ids.zhaoliu);
    const [path = '', query] = sent.url.split('?');
    const parameters = new URLSearchParams(query);
    parameters.delete('msg_signature');
    change(sent, parameters);
    expectFault(await send({ ...sent, url: `${path}?${parameters}` }), 403, 'FORBIDDEN');
    expect(await rows()).toEqual([]);
  });

  test('for another app is refused', async () => {
    const sent = callback(personEvent('user_leave_org', [ids.zhaoliu], corpId), 'another-app-key');
    expectFault(await send(sent), 403, 'FORBIDDEN');
    expect(server.logs().filter((line) => line.defect === 'owner')).toMatchObject([
      { level: 40, msg: expect.stringContaining('另一个应用或组织') },
    ]);
  });

  test('of another organisation is acknowledged and ignored', async () => {
    await expectAcknowledged(callback(personEvent('user_leave_org', [ids.zhaoliu], 'dingother'), appKey));
    await server.app.platformEvents.settle();
    expect(await rows()).toEqual([]);
    expect(await leftAt('zhaoliu')).toBeNull();
  });
});

describe('a person who left', () => {
  test('is signed out everywhere, once, and the audit log says why', async () => {
    const other = await build({
      env: callbackEnvironment,
      database: server.database,
      emulator: server.emulator,
    });
    try {
      const tokens = [await sessionOf('zhaoliu'), await sessionOf('zhaoliu')];
      for (const token of tokens) expect((await get(other, '/api/me', token)).statusCode).toBe(200);
      const bystander = await server.tokenOf('zhangsan');
      const before = await server.prisma.auditLog.count();

      await expectAcknowledged(event('user_leave_org', ids.zhaoliu));
      await server.app.platformEvents.settle();

      for (const token of tokens) {
        await expectSignedOut(other, token);
        await expectSignedOut(server, token);
      }
      expect((await get(server, '/api/me', bystander)).statusCode).toBe(200);
      expect(await leftAt('zhaoliu')).toBeInstanceOf(Date);
      const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhaoliu' } });
      expect(await server.prisma.auditLog.findMany({ skip: before, orderBy: { at: 'asc' } })).toMatchObject([
        {
          action: 'person.left',
          actorId: null,
          subject: `user:${id}`,
          detail: { dingUserId: ids.zhaoliu, by: 'event' },
        },
      ]);
      expect(await rows()).toMatchObject([{ type: 'user_leave_org', attempts: 1, lastError: null }]);
      expect((await rows())[0]?.processedAt).toBeInstanceOf(Date);
    } finally {
      await other.close();
    }
  });

  test('is noticed by any event, in both forms', async () => {
    const stream = {
      eventType: 'user_modify_org',
      eventId: 'an-id',
      eventCorpId: corpId,
      eventBornTime: time,
      data: { userId: [ids.zhaoliu] },
    };
    await expectAcknowledged(callback(stream, appKey));
    await server.app.platformEvents.settle();
    expect(await leftAt('zhaoliu')).not.toBeNull();
  });

  test('and comes back can sign in again', async () => {
    await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { leftAt: new Date() } });
    await expectAcknowledged(event('user_add_org', ids.zhangsan));
    await server.app.platformEvents.settle();
    expect(await leftAt('zhangsan')).toBeNull();
    const [last] = await server.prisma.auditLog.findMany({ orderBy: { at: 'desc' }, take: 1 });
    expect(last).toMatchObject({ action: 'person.returned' });
  });

  test('by the event, but not by the platform, stays signed in, and is checked twice more', async () => {
    const token = await server.tokenOf('zhangsan');
    await expectAcknowledged(event('user_leave_org', ids.zhangsan));
    for (const [waitMs, calls] of [
      [0, 1],
      [29_000, 1],
      [2000, 2],
      [301_000, 3],
      [3_600_000, 3],
    ] as const) {
      server.advance(waitMs);
      await server.app.platformEvents.settle();
      expect(callsOfUserApi()).toBe(calls);
    }
    expect((await get(server, '/api/me', token)).statusCode).toBe(200);
    expect((await rows())[0]).toMatchObject({ attempts: 3, processedAt: expect.any(Date), lastError: null });
  });
});

test('an event that is delivered again, newly encrypted, is one event', async () => {
  const { zhangsan, zhaoliu } = ids;
  // So that no refused app token of an earlier test adds a call.
  await server.tokenOf('zhangsan');
  for (let at = 0; at < 3; at += 1) await expectAcknowledged(event('user_modify_org', zhangsan, zhaoliu));
  await server.app.platformEvents.settle();
  expect(await rows()).toHaveLength(2);
  expect(callsOfUserApi()).toBe(2);
  time += 1;
  await expectAcknowledged(event('user_modify_org', zhangsan, zhaoliu));
  expect(await rows()).toHaveLength(4);
});

test('a captured request that is sent again changes nothing', async () => {
  const sent = event('user_modify_org', ids.zhangsan);
  await expectAcknowledged(sent);
  await server.app.platformEvents.settle();
  const before = await rows();
  for (let at = 0; at < 5; at += 1) await expectAcknowledged(sent);
  await server.app.platformEvents.settle();
  expect(await rows()).toEqual(before);
});

test('unbound people get no row, and other types of events none at all', async () => {
  await expectAcknowledged(event('user_leave_org', ids.wangwu, 'unknown'));
  await expectAcknowledged(event('org_dept_create', ids.zhangsan));
  await expectAcknowledged(callback('no JSON', appKey));
  await expectAcknowledged(callback({ EventType: ['user_leave_org'] }, appKey));
  await expectAcknowledged(event('user_leave_org'));
  expect(await rows()).toEqual([]);
});

test('the answer does not wait for the platform', async () => {
  server.emulator.control.fault({ path: userApi, kind: 'slow', delayMs: 1200 });
  const began = performance.now();
  await expectAcknowledged(event('user_leave_org', ids.zhaoliu));
  expect(performance.now() - began).toBeLessThan(1000);
  expect(await leftAt('zhaoliu')).toBeNull();
  await server.app.platformEvents.settle();
  expect(await leftAt('zhaoliu')).not.toBeNull();
});

describe('a database', () => {
  test('that hangs: the event is refused within 1.5 s, and accepted when it comes again', async () => {
    const sent = event('user_leave_org', ids.zhaoliu);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let locked = () => {};
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const holder = server.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`LOCK TABLE platform_events IN ACCESS EXCLUSIVE MODE`;
        locked();
        await released;
      },
      { timeout: 10_000 },
    );
    await isLocked;
    const began = performance.now();
    const response = await send(sent);
    expect(performance.now() - began).toBeLessThan(1500);
    release();
    await holder;
    expectFault(response, 503, 'DATABASE_UNAVAILABLE');

    await expectAcknowledged(sent);
    await server.app.platformEvents.settle();
    expect(await rows()).toMatchObject([{ processedAt: expect.any(Date), lastError: null }]);
    expect(await leftAt('zhaoliu')).not.toBeNull();
  });

  test('that refuses the row: the event is not acknowledged', async () => {
    await server.prisma.$executeRawUnsafe('ALTER TABLE platform_events RENAME TO gone');
    try {
      expectFault(await send(event('user_leave_org', ids.zhaoliu)), 500, 'INTERNAL_ERROR');
    } finally {
      await server.prisma.$executeRawUnsafe('ALTER TABLE gone RENAME TO platform_events');
    }
  });
});

test('the lag is the age of the oldest event that is not handled', async () => {
  const lag = () => server.app.platformEvents.lagSeconds();
  expect(await lag()).toBe(0);
  server.emulator.control.fault({ path: userApi, kind: 'status', times: 2 });
  await expectAcknowledged(event('user_leave_org', ids.zhaoliu));
  await server.app.platformEvents.settle();
  server.advance(10_000);
  await server.app.platformEvents.settle();
  server.advance(20_000);
  expect(await lag()).toBeGreaterThanOrEqual(30);
  expect(await lag()).toBeLessThan(40);
  server.advance(11_000);
  await server.app.platformEvents.settle();
  expect(await leftAt('zhaoliu')).not.toBeNull();
  expect(await lag()).toBe(0);
});
