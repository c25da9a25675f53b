import { rejectionText } from '../../mini/pages/bind/rejection.ts';
import { reasons, reasonText } from '../../mini/pages/no-permission/reasons.ts';
import { greeting, longTime, shortTime, waitText } from '../../mini/services/format.ts';

test.each([
  [0, '夜深了'],
  [4, '夜深了'],
  [5, '早上好'],
  [11, '中午好'],
  [13, '下午好'],
  [18, '晚上好'],
  [23, '晚上好'],
])('at %i o’clock: %s', (hour, text) => {
  expect(greeting(hour)).toBe(text);
});

test('times, in the phone’s time zone', () => {
  const now = new Date(2026, 2, 5, 12, 0);
  expect(shortTime(new Date(2026, 2, 5, 9, 5).toISOString(), now)).toBe('今天 09:05');
  expect(shortTime(new Date(2026, 1, 28, 9, 5).toISOString(), now)).toBe('2月28日');
  expect(shortTime(new Date(2025, 2, 5, 9, 5).toISOString(), now)).toBe('2025年3月5日');
  expect(longTime(new Date(2026, 2, 5, 9, 5).toISOString())).toBe('2026年3月5日 09:05');
  expect([shortTime('soon', now), longTime('soon')]).toEqual(['', '']);
});

test.each([
  [0, '1 秒'],
  [59, '59 秒'],
  [60, '1 分钟'],
  [61, '2 分钟'],
])('%i seconds: %s', (seconds, text) => {
  expect(waitText(seconds)).toBe(text);
});

test('every reason says what, why and whom to ask, each in its own words', () => {
  const texts = Object.values(reasons);
  expect(new Set(texts.map(({ title }) => title)).size).toBe(texts.length);
  for (const { why, ask } of texts) expect([why, ask]).not.toContain('');
  expect(reasonText('toString').title).toBe('您暂时不能使用本应用');
});

test('every rejection has its own words', () => {
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
