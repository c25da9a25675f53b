import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { type Reply, raw, rejection, startScripted } from '../testing/platform-server.ts';
import { readAnswer } from './answer.ts';
import { createPlatform, memoryTokenStore, type PlatformConfig } from './index.ts';
import { type Platform, PlatformError, type PlatformName } from './platform.ts';
import type { Upstream } from './upstream.ts';

/** Whatever a platform answers, at whichever API: the right kind of error, in time, and never another error. */

const success = (data?: unknown) => ({
  success: true,
  content: { success: true, data, responseMessage: 'OK', responseCode: '0' },
});
const person = { id: '93', employeeCode: 'GE_1' };
const content = { type: 'text', text: '你好' } as const;
const exchange = (platform: Platform) => platform.exchangeCode('the-code');
const getPerson = (platform: Platform) => platform.getPerson(person);
const notify = (platform: Platform) =>
  platform.sendWorkNotification({ receivers: ['93'], content, key: 'key-1' });
const ding = (platform: Platform) => platform.sendDing({ receivers: ['93'], text: '急', key: 'key-1' });
const getResult = (platform: Platform) => platform.getMessageResult('7');
const recall = (platform: Platform) => platform.recallMessage('7');

/** Every API of both platforms: a good answer, and what makes the driver call it. */
const apis: Record<
  PlatformName,
  { api: string; good: object; call: (platform: Platform) => Promise<unknown> }[]
> = {
  dingtalk: [
    { api: '/v1.0/oauth2/accessToken', good: { accessToken: 'token-1', expireIn: 7200 }, call: exchange },
    {
      api: '/topapi/v2/user/getuserinfo',
      good: { errcode: 0, errmsg: 'ok', result: { userid: '93', unionid: 'union', name: '张三' } },
      call: exchange,
    },
    {
      api: '/topapi/v2/user/get',
      good: { errcode: 0, result: { userid: '93', name: '张三', mobile: '10000000001' } },
      call: getPerson,
    },
    {
      api: '/topapi/message/corpconversation/asyncsend_v2',
      good: { errcode: 0, task_id: 7 },
      call: notify,
    },
    {
      api: '/topapi/message/corpconversation/getsendprogress',
      good: { errcode: 0, progress: { progress_in_percent: 100, status: 2 } },
      call: getResult,
    },
    {
      api: '/topapi/message/corpconversation/getsendresult',
      good: {
        errcode: 0,
        send_result: { unread_user_id_list: ['93'], forbidden_list: [{ userid: '94', code: '143106' }] },
      },
      call: getResult,
    },
    { api: '/topapi/message/corpconversation/recall', good: { errcode: 0 }, call: recall },
    { api: '/v1.0/robot/ding/send', good: { openDingId: 'ding-1', failedList: {} }, call: ding },
  ],
  zhezhengding: [
    { api: '/gettoken.json', good: success({ accessToken: 'token-1', expiresIn: '7200' }), call: exchange },
    {
      api: '/rpc/oauth2/dingtalk_app_user.json',
      good: success({ accountId: 93, lastName: '张三', employeeCode: 'GE_1', realmId: 57 }),
      call: exchange,
    },
    {
      api: '/mozi/employee/listEmployeeAccountIds',
      good: success([{ accountId: 93, employeeCode: 'GE_1' }]),
      call: getPerson,
    },
    {
      api: '/mozi/employee/getEmployeeByCode',
      good: success({ employeeCode: 'GE_1', employeeName: '张三' }),
      call: getPerson,
    },
    { api: '/message/workNotification', good: success({ msgId: 'm-1' }), call: notify },
    { api: '/message/revoke', good: success(), call: recall },
    { api: '/gov/ding/isv/send.json', good: success({ dingId: 'd-1' }), call: ding },
  ],
};

const configs: Record<PlatformName, (url: string) => PlatformConfig> = {
  dingtalk: (url) => ({
    name: 'dingtalk',
    appKey: 'key',
    appSecret: 'secret',
    corpId: 'corp',
    agentId: '1',
    robotCode: 'robot',
    apiUrl: url,
    oapiUrl: url,
    readMobile: true,
    timeoutMs: 15_000,
  }),
  zhezhengding: (url) => ({
    name: 'zhezhengding',
    appKey: 'key',
    appSecret: 'secret',
    tenantId: '57',
    baseUrl: url,
    dingCreator: '93',
    timeoutMs: 15_000,
  }),
};

type Case = { platform: PlatformName } & (typeof apis)[PlatformName][number];
const cases = Object.entries(apis).flatMap(([platform, list]) =>
  list.map((one): Case => ({ platform: platform as PlatformName, ...one })),
);

/** Makes the call on a platform whose one API answers like this and whose others answer well. */
async function ask({ platform: name, api, call }: Case, reply: Reply, timeoutMs?: number): Promise<unknown> {
  const good = Object.fromEntries(apis[name].map((one): [string, Reply[]] => [one.api, [one.good]]));
  const server = await startScripted({ ...good, [api]: [reply] });
  const config = configs[name](server.url);
  const platform = createPlatform(
    { ...config, ...(timeoutMs !== undefined && { timeoutMs }) },
    { tokenStore: memoryTokenStore() },
  );
  try {
    const result = await call(platform);
    expect(server.count(api)).toBe(1);
    return result;
  } catch (error) {
    // Never a second attempt.
    expect(server.count(api)).toBe(1);
    throw error;
  } finally {
    await server.close();
    await platform.close();
  }
}

const cutAfter = (text: string) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
  response.write(text, () => response.destroy());
};

/** Byte by byte, and always another one. */
const trickle = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

describe.each(cases)('$platform $api', (one) => {
  test('a good answer', async () => {
    await ask(one, one.good);
  });

  test.each<[string, Reply]>([
    ['HTML', raw(200, '<!DOCTYPE html><title>405</title>', { 'content-type': 'application/json' })],
    ['HTML with an error status', raw(502, '<html>Bad Gateway</html>')],
    ['text', raw(500, 'Internal Server Error')],
    ['nothing', raw(200, '')],
    ['half of the JSON', raw(200, JSON.stringify(one.good).slice(0, -2))],
    ['half of the bytes', cutAfter(JSON.stringify(one.good))],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['over 1 MiB', { ...one.good, filler: 'x'.repeat(1024 * 1024) }],
    ['an empty object', {}],
    ['a list', [one.good]],
    ['null', raw(200, 'null')],
    ['a text as JSON', raw(200, '"ok"')],
    ['a good answer with an error status', raw(500, JSON.stringify(one.good))],
  ])('%s is a fault', async (_what, reply) => {
    expect(await rejection(ask(one, reply))).toMatchObject({
      name: 'PlatformError',
      kind: 'fault',
      api: one.api,
    });
  });

  test.each<[string, Reply]>([
    ['never', () => {}],
    ['byte by byte, without an end,', trickle],
  ])('an answer that comes %s is a time-out', async (_what, reply) => {
    const started = performance.now();
    expect(await rejection(ask(one, reply, 250))).toMatchObject({ kind: 'timeout', api: one.api });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

test('a DING’s refused receivers may be a list, of which not every entry has a text', async () => {
  const answer = { openDingId: 'ding-1', failedList: [{ toString: 'x' }, null, 93] };
  const one = { platform: 'dingtalk', api: '/v1.0/robot/ding/send', good: answer, call: ding } as const;
  expect(await ask(one, answer)).toEqual({
    batches: [{ dingId: 'ding-1', receivers: ['93'], rejected: ['93'] }],
  });
});

/** A driver without a network: one API answers like this, all others answer well. */
function offline(name: PlatformName, one: { api: string; status: number; json: unknown }): Platform {
  const upstream: Upstream = {
    async call({ api }, read) {
      const good = apis[name].find((other) => other.api === api)?.good;
      return read(api === one.api ? one : { status: 200, json: good });
    },
    circuits: () => [],
    async close() {},
    async hangUp() {},
  };
  const config = configs[name]('http://platform.invalid');
  return createPlatform(config, { upstream, tokenStore: memoryTokenStore() });
}

/** Good answers, any JSON, and good answers of which one part, somewhere, is any JSON or missing. */
function answersLike(good: object): fc.Arbitrary<unknown> {
  const places = placesIn(good);
  const damaged = fc
    .tuple(fc.constantFrom(...places), fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }))
    .map(([place, value]) => replaced(good, place, value));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(good) },
    { weight: 3, arbitrary: fc.jsonValue() },
    { weight: 6, arbitrary: damaged },
  );
}

function placesIn(value: unknown, at: string[] = []): string[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const deeper = inner.flatMap(([key, part]) => placesIn(part, [...at, key]));
  return at.length === 0 ? deeper : [at, ...deeper];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (typeof value !== 'object' || value === null) return value;
  const copy: unknown = Array.isArray(value) ? [...value] : { ...value };
  const part: unknown = Reflect.get(value, key);
  Reflect.set(Object(copy), key, replaced(part, rest, by));
  // As JSON has it: what is undefined is not there.
  return JSON.parse(JSON.stringify(copy));
}

// 15 APIs: 12,000 answers.
describe.each(cases)('$platform $api', ({ platform: name, api, good, call }) => {
  test('800 answers of any shape: a value, or a PlatformError', async () => {
    let values = 0;
    let errors = 0;
    const status = fc.constantFrom(200, 200, 200, 400, 500);
    await fc.assert(
      fc.asyncProperty(answersLike(good), status, async (json, status) => {
        try {
          await call(offline(name, { api, status, json }));
          values += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
          errors += 1;
        }
      }),
      { numRuns: 800 },
    );
    // The property reaches both sides.
    expect(Math.min(values, errors)).toBeGreaterThan(20);
  });
});

test('10,000 texts of any kind: JSON, or a PlatformError that quotes nothing', () => {
  const whole = fc.jsonValue().map((value) => JSON.stringify(value));
  const cut = fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), whole, cut),
      fc.constantFrom(200, 400, 429, 500, 503),
      (text, status) => {
        try {
          expect(JSON.stringify(readAnswer('/api', status, undefined, text))).toBeDefined();
          expect(() => JSON.parse(text)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
          if (text.trim().length > 20) expect(String(error)).not.toContain(text.trim());
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
