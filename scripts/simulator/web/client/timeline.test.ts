import type { PhoneEvent, PhoneEventInput } from '../../runtime/types.ts';
import { Timeline } from './timeline.ts';

const titleOf = (path: string): string => (path === 'pages/home/index' ? '首页' : path);

function timelineOf(...events: PhoneEventInput[]): Timeline {
  const timeline = new Timeline();
  for (const event of events) timeline.record({ ...event, time: 0 } as PhoneEvent, titleOf);
  return timeline;
}

const sent = { headers: {}, body: '' };
const shown = (timeline: Timeline): string[] =>
  timeline.entries.map(({ title, detail, tone }) => `${title} | ${detail} | ${tone}`);

test('a call is one line, which changes when it ends', () => {
  const calls = [{ kind: 'dd', name: 'getAuthCode', outcome: 'called' }] as const;
  expect(shown(timelineOf(...calls))).toEqual(['dd.getAuthCode | 等待结果 | pending']);
  const success = { kind: 'dd', name: 'getAuthCode', outcome: 'success' } as const;
  expect(shown(timelineOf(...calls, success))).toEqual(['dd.getAuthCode | 成功 | good']);
  const detail = { error: 3, errorMessage: '系统错误' };
  const fail = { kind: 'dd', name: 'getAuthCode', outcome: 'fail', detail } as const;
  expect(shown(timelineOf(...calls, fail))).toEqual(['dd.getAuthCode | 失败 3 系统错误 | bad']);
});

test('a request has its path and status, or the error that came instead', () => {
  const call = { kind: 'dd', name: 'httpRequest', outcome: 'called' } as const;
  const answered = {
    kind: 'request',
    method: 'GET',
    url: 'http://127.0.0.1:3000/api/notices?limit=3',
    status: 200,
    durationMs: 0,
    sent,
  } as const;
  expect(shown(timelineOf(call, answered))).toEqual(['GET /api/notices?limit=3 | 200 | good']);
  expect(shown(timelineOf(call, { ...answered, status: 503 }))[0]).toMatch(/503 \| bad/);
  const { status: _none, ...lost } = answered;
  expect(shown(timelineOf(call, { ...lost, error: 12 }))).toEqual([
    'GET /api/notices?limit=3 | 错误 12 网络出错 | bad',
  ]);
});

test('a request that is refused before it is sent does not wait for ever', () => {
  const call = { kind: 'dd', name: 'httpRequest', outcome: 'called' } as const;
  const detail = { error: 11, errorMessage: '无权跨域：app.example 不在 HTTP 可信域名里' };
  const fail = { kind: 'dd', name: 'httpRequest', outcome: 'fail', detail } as const;
  expect(shown(timelineOf(call, call, fail))).toEqual([
    '请求 | 等待应答 | pending',
    '请求没有发出 | 错误 11 无权跨域：app.example 不在 HTTP 可信域名里 | bad',
  ]);
  // The answer of the one that was sent has an event of its own.
  const status = { ...fail, detail: { error: 19, errorMessage: 'http 状态码异常：500' } };
  expect(shown(timelineOf(call, status))).toEqual(['请求 | 等待应答 | pending']);
});

test('a call that ends after the list was cleared still has a line', () => {
  const timeline = timelineOf(
    { kind: 'dd', name: 'httpRequest', outcome: 'called' },
    { kind: 'dd', name: 'getAuthCode', outcome: 'called' },
  );
  timeline.clear();
  const request = {
    kind: 'request',
    method: 'GET',
    url: 'http://127.0.0.1/api/me',
    durationMs: 20,
    sent,
  } as const;
  timeline.record({ ...request, status: 504, time: 0 }, titleOf);
  timeline.record({ kind: 'dd', name: 'getAuthCode', outcome: 'success', time: 0 }, titleOf);
  expect(shown(timeline)).toEqual(['GET /api/me | 504 | bad', 'dd.getAuthCode | 成功 | good']);
});

test('pages have the names that people see, components the names that developers know', () => {
  const timeline = timelineOf(
    { kind: 'page', action: 'open', path: 'pages/home/index', depth: 1 },
    { kind: 'setData', path: 'node_modules/dingui-mini/es/tag/src/index', bytes: 2048, patch: {} },
  );
  expect(shown(timeline)).toEqual([
    '打开「首页」 | pages/home/index | plain',
    'setData 2.0 KB | dingui-mini/tag | plain',
  ]);
});

const partsOf = (timeline: Timeline): string[] =>
  timeline.entries.flatMap(({ parts }) => parts?.().map(({ name, text }) => `${name}\n${text}`) ?? []);

test('a request opens on what was sent and answered; of a token, only the ends are shown', () => {
  const token = 'abcd0123456789wxyz';
  const timeline = timelineOf({
    kind: 'request',
    method: 'POST',
    url: 'http://127.0.0.1:3000/api/me',
    status: 200,
    durationMs: 0,
    sent: { headers: { authorization: `Bearer ${token}`, accept: '*/*' }, body: '{"a":1}' },
    answer: { headers: { 'x-request-id': 'r-1', server: 'x' }, body: '<html>' },
  });
  expect(partsOf(timeline)).toEqual([
    '请求头\nauthorization: Bearer abcd…wxyz',
    '请求内容\n{\n  "a": 1\n}',
    '应答头\nx-request-id: r-1',
    '应答内容\n<html>',
  ]);
});

test('setData opens on what was set, also when it leads back to itself, and is cut when it is long', () => {
  const patch: Record<string, unknown> = { list: [{ same: 1 }], long: 'x'.repeat(30_000) };
  patch.again = patch;
  const [part = ''] = partsOf(timelineOf({ kind: 'setData', path: 'pages/home/index', bytes: 9, patch }));
  expect(part).toContain('"same": 1');
  expect(part).toContain('（共 30');
  expect(part.length).toBeLessThan(20_100);
});

test('an error that repeats is one line with a count and its place', () => {
  const said = {
    kind: 'console',
    level: 'error',
    message: 'x 出错',
    stack: 'at mini-program.js:1:1',
  } as const;
  const timeline = timelineOf(said, said);
  expect(timeline.entries).toHaveLength(1);
  expect(timeline.entries[0]?.times).toBe(2);
  timeline.place(timeline.entries[0]?.id ?? 0, {
    place: 'app.ts:3:5',
    line: '  fail();',
    stack: 'at app.ts:3:5',
  });
  expect(shown(timeline)).toEqual(['x 出错 | app.ts:3:5\nfail(); | bad']);
  expect(partsOf(timeline)).toEqual(['调用栈\nat app.ts:3:5']);
});

test('several events of one turn are drawn once', () => {
  const draws: (() => void)[] = [];
  const timeline = new Timeline((draw) => void draws.push(draw));
  timeline.note('panel', '一');
  timeline.note('panel', '二');
  expect(draws).toHaveLength(1);
  expect(timeline.version.value).toBe(0);
  draws[0]?.();
  expect(timeline.version.value).toBe(1);
  timeline.note('panel', '三');
  expect(draws).toHaveLength(2);
});

test('the list stays short, and can be cleared', () => {
  const timeline = new Timeline();
  for (let count = 0; count < 700; count += 1) timeline.note('panel', `第 ${count} 条`);
  expect(timeline.entries).toHaveLength(600);
  expect(timeline.entries.at(-1)?.title).toBe('第 699 条');
  timeline.clear();
  expect(timeline.entries).toEqual([]);
});
