import { rejectionText } from '../pages/bind/rejection.ts';
import { reasons, reasonText } from '../pages/no-permission/reasons.ts';
import { greeting, longTime, shortTime, waitText } from './format.ts';

test.each([
  [0, '夜深了'],
  [4, '夜深了'],
  [5, '早上好'],
  [11, '中午好'],
  [13, '下午好'],
  [18, '晚上好'],
  [23, '晚上好'],
])('the greeting at %i o’clock in Beijing is %s', (hour, text) => {
  expect(greeting(new Date(Date.UTC(2026, 2, 5, hour - 8, 30)))).toBe(text);
});

test('times are shown in Beijing’s time zone, never in the phone’s', () => {
  for (const field of [
    'getFullYear',
    'getMonth',
    'getDate',
    'getHours',
    'getMinutes',
    'toDateString',
  ] as const) {
    vi.spyOn(Date.prototype, field).mockImplementation(() => {
      throw new Error(`${field} goes by the phone's zone`);
    });
  }
  const now = new Date('2026-03-05T04:00:00Z');
  expect(shortTime('2026-03-04T16:05:00.000Z', now)).toBe('今天 00:05');
  expect(shortTime('2026-03-05T15:59:00.000Z', now)).toBe('今天 23:59');
  expect(shortTime('2026-03-04T15:59:00.000Z', now)).toBe('3月4日');
  expect(shortTime('2025-03-05T01:05:00.000Z', now)).toBe('2025年3月5日');
  expect(shortTime('2025-12-31T16:00:00.000Z', now)).toBe('1月1日');
  expect(longTime('2026-12-31T16:05:00.000Z')).toBe('2027年1月1日 00:05');
  expect([shortTime('soon', now), longTime('soon')]).toEqual(['', '']);
  vi.restoreAllMocks();
});

test.each([
  [0, '1 秒'],
  [59, '59 秒'],
  [60, '1 分钟'],
  [61, '2 分钟'],
])('%i seconds are shown as %s', (seconds, text) => {
  expect(waitText(seconds)).toBe(text);
});

test('every reason has its own title, cause and contact', () => {
  const texts = Object.values(reasons);
  expect(new Set(texts.map(({ title }) => title)).size).toBe(texts.length);
  for (const { why, ask } of texts) expect([why, ask]).not.toContain('');
  expect(reasonText('toString').title).toBe('您暂时不能使用本应用');
});

test('every rejection has its own text', () => {
  const refusals = [
    'INVALID_CREDENTIALS',
    'LOCKED',
    'TICKET_EXPIRED',
    'PASSWORD_EXPIRED',
    'ACCOUNT_ALREADY_BOUND',
    'PERSON_ALREADY_BOUND',
  ] as const;
  const texts = refusals.map((reason) => rejectionText({ outcome: 'bind-rejected', reason }));
  expect(new Set(texts).size).toBe(refusals.length);
});
