import fc from 'fast-check';
import { emulatedApps } from '../../scripts/emulator/index.ts';
import { type Built, build } from '../testing/build.ts';
import { callback, callbackEnvironment } from '../testing/event-callback.ts';
import { runs } from '../testing/runs.ts';

/**
 * No body of a callback may cause a 5xx, a fault in the log, or the end of a session. Forged requests to DingTalk's
 * callback are refused (`dingtalk.test.ts`, `server/testing/fuzz.ts`).
 */

const { appKey, corpId } = emulatedApps.dingtalk;

const testTimeoutMs = 120_000;

let dingtalk: Built;
let zhezhengding: Built;

beforeAll(async () => {
  const quiet = { LOG_LEVEL: 'warn' };
  dingtalk = await build({ env: { ...quiet, ...callbackEnvironment } });
  zhezhengding = await build({
    platform: 'zhezhengding',
    env: { ...quiet, ZHEZHENGDING_EVENTS: 'on' },
    database: dingtalk.database,
    emulator: dingtalk.emulator,
  });
});
afterAll(async () => {
  await zhezhengding.close();
  await dingtalk.close();
});

let requests = 0;

async function statusOf(
  server: Built,
  url: string,
  payload: string | Buffer,
  type: string | null,
): Promise<number> {
  requests += 1;
  const { statusCode } = await server.app.inject({
    method: 'POST',
    url,
    payload,
    headers: type === null ? {} : { 'content-type': type },
    // Every few requests from another machine: this is not about the limit.
    remoteAddress: `10.${requests >> 16}.${(requests >> 8) & 255}.${(requests >> 5) & 7}`,
  });
  return statusCode;
}

async function expectNoHarm(server: Built): Promise<void> {
  await server.app.platformEvents.settle();
  expect(server.logs().filter((line) => Number(line.level) >= 50)).toEqual([]);
  expect(server.logs().filter((line) => String(line.msg).includes('working off'))).toEqual([]);
  // zhaoliu has left, and may be among the names; the others are there.
  const left = await server.prisma.user.findMany({ where: { leftAt: { not: null } } });
  expect(left.filter((user) => user.username !== 'zhaoliu')).toEqual([]);
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  fc.constantFrom('', '\u0000', '\ud800', '270101', '__proto__', corpId),
);
const id = fc.oneof(text, fc.constantFrom('270101', '270104', 'GE_emulated0001'), fc.integer(), fc.double());
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const anything = fc.oneof(scalar, fc.jsonValue({ maxDepth: 4 }));
const type = fc.oneof(
  fc.constantFrom('user_leave_org', 'user_modify_org', 'user_add_org', 'check_url', 'org_dept_create'),
  text,
);

test(
  'to DingTalk’s address, with the token: whatever the platform may say',
  async () => {
    const http = fc.record(
      {
        EventType: fc.oneof(type, anything),
        UserId: fc.oneof(fc.array(id, { maxLength: 8 }), id, anything),
        CorpId: fc.oneof(fc.constant(corpId), anything),
        TimeStamp: anything,
      },
      { requiredKeys: ['EventType'] },
    );
    const stream = fc.record(
      {
        eventType: fc.oneof(type, anything),
        eventId: anything,
        eventCorpId: fc.oneof(fc.constant(corpId), anything),
        eventBornTime: anything,
        data: fc.oneof(fc.record({ userId: fc.oneof(fc.array(id), id) }), anything),
      },
      { requiredKeys: ['eventType'] },
    );
    const message = fc.oneof(
      { weight: 4, arbitrary: http.map((one) => JSON.stringify(one)) },
      { weight: 3, arbitrary: stream.map((one) => JSON.stringify(one)) },
      anything.map((one) => JSON.stringify(one)),
      fc.string({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(message, async (message) => {
        const { url, payload } = callback(message, appKey);
        expect(await statusOf(dingtalk, url, JSON.stringify(payload), 'application/json')).toBe(200);
      }),
      runs(400),
    );
    // The point of the names above: some of it is stored.
    expect(await dingtalk.prisma.platformEvent.count()).toBeGreaterThan(0);
    await dingtalk.prisma.platformEvent.updateMany({ data: { processedAt: new Date() } });
    await expectNoHarm(dingtalk);
  },
  testTimeoutMs,
);

test(
  'to 浙政钉’s address',
  async () => {
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        id,
        anything,
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(
          fc.constantFrom('employeeCode', 'accountId', 'account_ids', 'data', 'content', '__proto__'),
          tie('tree'),
          { maxKeys: 5 },
        ),
        tie('tree').map((inner) => JSON.stringify(inner)),
      ),
    }));
    const body = fc.oneof(
      { weight: 5, arbitrary: tree.map((one) => JSON.stringify(one)) },
      fc
        .dictionary(fc.constantFrom('employeeCode', 'content', 'x'), text)
        .map((one) => String(new URLSearchParams(one))),
      text,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(2000).map((depth) => '[{"accountId":'.repeat(depth)),
    );
    const contentType = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'nonsense/of this; kind',
      null,
    );
    await fc.assert(
      fc.asyncProperty(body, contentType, async (body, type) => {
        const status = await statusOf(zhezhengding, '/api/events/zhezhengding', body, type);
        expect([200, 400, 415]).toContain(status);
        if (type !== 'nonsense/of this; kind') expect(status).toBe(200);
      }),
      runs(400),
    );
    const rows = await zhezhengding.prisma.platformEvent.count({ where: { platform: 'zhezhengding' } });
    expect(rows).toBeGreaterThan(0);
    // At most one row for each bound person.
    expect(rows).toBeLessThanOrEqual(5);
    await expectNoHarm(zhezhengding);
  },
  testTimeoutMs,
);
