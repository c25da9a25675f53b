import { strFromU8, unzipSync } from 'fflate';
import { docx } from '../report/docx.ts';
import { page } from '../report/page.ts';
import type { LoadTestReport, LoadTestStep } from './contract.ts';
import { Recording } from './recording.ts';
import { reportDocument } from './report.ts';
import { judge, notesOn } from './verdict.ts';
import { percent } from './words.ts';

const step = (more: Partial<LoadTestStep> = {}): LoadTestStep => ({
  connections: 50,
  seconds: 30,
  complete: true,
  requests: 1000,
  successRate: 1,
  requestsPerSecond: 33.3,
  meanMs: 12,
  p50Ms: 10,
  p90Ms: 20,
  p95Ms: 30,
  p99Ms: 40,
  maxMs: 1234,
  errors: {},
  endpoints: [{ name: 'GET /api/<x>', requests: 1000, successRate: 1, meanMs: 12, p99Ms: 40 }],
  samples: [
    { second: 0, requests: 500, errors: 0, meanMs: 11, p99Ms: 39 },
    { second: 1, requests: 500, errors: 0, meanMs: null, p99Ms: null },
  ],
  generatorBusy: 0.5,
  ...more,
});

const report = (steps: LoadTestStep[], more: Partial<LoadTestReport> = {}): LoadTestReport => ({
  address: 'https://app.example.com',
  appDomain: 'app.example.com',
  startedAt: '2026-11-24T01:02:03.000Z',
  finishedAt: '2026-11-24T01:04:03.000Z',
  partial: false,
  machine: { cpu: 'A & B', cores: 4, memoryGiB: 16, system: 'Linux', node: '20.19.0', load: 0 },
  sameMachine: false,
  timeoutSeconds: 10,
  warmUpSeconds: 5,
  sessions: 200,
  steps,
  verdict: judge(steps),
  notes: [],
  ...more,
});

test.each<[string, string[], boolean]>([
  ['data alone', ['GET /api/orders', 'POST /api/orders/query'], true],
  ['more data than not', ['GET /api/orders', 'GET /api/orders/:id', 'GET /healthz'], true],
  ['who is signed in', ['GET /api/me'], false],
  ['half of it data', ['GET /api/orders', 'GET /'], false],
  ['a health page', ['GET /healthz'], false],
  ['a health page of the API', ['GET /api/health'], false],
])('a note tells whether data interfaces were loaded: %s', (_what, names, good) => {
  const endpoints = names.map((name) => ({ name, requests: 500, successRate: 1, meanMs: 12, p99Ms: 40 }));
  const notes = notesOn([step({ endpoints })], { sessions: 50, sameMachine: false, ownDomain: true });
  expect(notes).toEqual(good ? [] : [expect.stringContaining('压测的主要不是有数据的数据接口')]);
});

describe('the verdict', () => {
  test.each<[string, Partial<LoadTestStep>, RegExp | null]>([
    ['all bars met', {}, null],
    ['success at the bar', { successRate: 0.9899 }, null],
    [
      'success just below it, not rounded up',
      { successRate: 0.98989 },
      /^50 并发时成功率 98\.98%，应不低于 98\.99%$/,
    ],
    ['a mean just below its bar', { meanMs: 299.99 }, null],
    ['a mean at its bar', { meanMs: 300 }, /^50 并发时平均响应时间 300 毫秒，应低于 300 毫秒$/],
    ['nothing ended', { requests: 0, successRate: 0, meanMs: 0 }, /^50 并发时没有一个请求完成$/],
    ['not to its end', { complete: false }, /^50 并发没有测完就停了$/],
    ['too few connections', { connections: 49 }, /^最高只压测到 49 并发，应不低于 50 并发$/],
  ])('%s', (_what, more, reason) => {
    const { passed, reasons } = judge([step(more)]);
    expect(passed).toBe(reason === null);
    if (reason !== null) expect(reasons.join()).toMatch(reason);
  });

  test('the lowest sufficient concurrency decides, whatever the order of the runs', () => {
    const slow = step({ connections: 200, meanMs: 900 });
    expect(judge([slow, step(), step({ connections: 10, meanMs: 900 })]).passed).toBe(true);
    expect(judge([slow, step({ connections: 10 })]).passed).toBe(false);
  });

  test('a share is never shown higher than it is', () => {
    expect([0.999999, 1, 0.98989, 0.9899, 0.29].map(percent)).toEqual([
      '99.99%',
      '100.00%',
      '98.98%',
      '98.99%',
      '29.00%',
    ]);
  });
});

describe('a recording', () => {
  test('percentiles are times that were measured; errors are not among them', () => {
    const recording = new Recording(['a', 'b']);
    for (let ms = 1; ms <= 50; ms += 1) recording.good(0, ms % 2, ms);
    recording.bad(1, 0, 'http-500');
    for (let ms = 51; ms <= 100; ms += 1) recording.good(2, ms % 2, ms);
    recording.bad(2, 1, 'timeout');
    recording.bad(2, 1, 'timeout');
    const result = recording.result(3);
    expect(result).toMatchObject({
      requests: 103,
      successRate: 100 / 103,
      requestsPerSecond: 33.3,
      meanMs: 50.5,
      p50Ms: 50,
      p90Ms: 90,
      p95Ms: 95,
      p99Ms: 99,
      maxMs: 100,
      errors: { timeout: 2, 'http-500': 1 },
    });
    expect(result.endpoints.map(({ requests, meanMs }) => [requests, meanMs])).toEqual([
      [51, 51],
      [52, 50],
    ]);
    expect(result.samples).toEqual([
      { second: 0, requests: 50, errors: 0, meanMs: 25.5, p99Ms: 50 },
      { second: 1, requests: 1, errors: 1, meanMs: null, p99Ms: null },
      { second: 2, requests: 52, errors: 2, meanMs: 75.5, p99Ms: 100 },
    ]);
  });

  test('a recording without requests divides by nothing', () => {
    expect(new Recording(['a']).result(1)).toMatchObject({
      requests: 0,
      successRate: 0,
      meanMs: 0,
      samples: [],
    });
  });
});

describe('the report', () => {
  const pageOf = (of: LoadTestReport) => page(reportDocument(of));
  const textOf = async (of: LoadTestReport) => {
    const file = unzipSync(await docx(reportDocument(of)));
    const xml = strFromU8(file['word/document.xml'] ?? new Uint8Array());
    const pictures = Object.keys(file).filter((name) => /^word\/media\/./.test(name));
    return { text: xml.replace(/<[^>]*>/g, '|'), pictures };
  };

  test('the report says the same as a page and as a document', async () => {
    const whole = report([
      step(),
      step({ connections: 100, errors: { 'http-503': 12, reset: 1 }, meanMs: 400 }),
    ]);
    const shown = pageOf(whole);
    const { text, pictures } = await textOf(whole);
    expect(pictures).toHaveLength(2);
    for (const told of [
      'https://app.example.com',
      'app.example.com（一致）',
      '2026-11-24 09:02（北京时间）',
      'A &amp; B，4 核',
      '达到标准：50 并发下成功率 100.00%，平均响应时间 12.0 毫秒',
      '1,234',
      'HTTP 503（服务繁忙）',
      '连接被断开（reset）',
      'GET /api/&lt;x&gt;',
      '未达标',
    ]) {
      expect(shown).toContain(told);
      expect(text).toContain(told);
    }
    expect(shown).not.toContain('未完成');
  });

  test('the report of a stopped run says so at the top', async () => {
    const stopped = report([step({ complete: false })], { partial: true, notes: ['说明一'] });
    const shown = pageOf(stopped);
    const { text } = await textOf(stopped);
    for (const told of ['压测报告（未完成）', '不能作为完整的压测报告', '没有测完', '说明一']) {
      expect(shown).toContain(told);
      expect(text).toContain(told);
    }
  });

  test('the report shows each bar beside what was measured, and whether it is met', () => {
    const words = pageOf(report([step({ meanMs: 400 })])).replace(/(?:\s*<[^>]*>\s*)+/g, '|');
    expect(words).toContain('|并发（上架指南）|≥ 50|50|达标|');
    expect(words).toContain('|成功率（钉钉自检）|≥ 98.99%|100.00%|达标|');
    expect(words).toContain('|平均响应时间（钉钉自检）|&lt; 300 毫秒|400 毫秒|未达标|');
  });

  test('a run without answers still makes a report', () => {
    const nothing = step({ requests: 0, successRate: 0, meanMs: 0, samples: [], errors: {}, endpoints: [] });
    expect(pageOf(report([nothing]))).not.toMatch(/NaN|Infinity|undefined/);
  });
});
