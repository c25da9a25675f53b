import { date, dateTime, dateTimeSeconds, duration, momentInWords, number } from './format.ts';

test('times are shown in Beijing’s time zone, wherever the browser is', () => {
  // The last minute of a day in London is the next morning in Beijing, and midnight is 00, not 24.
  expect(dateTime('2026-11-23T23:59:30.000Z')).toBe('2026-11-24 07:59');
  expect(dateTime('2026-11-23T16:00:00.000Z')).toBe('2026-11-24 00:00');
  expect(dateTimeSeconds('2026-11-24T01:05:07.890Z')).toBe('2026-11-24 09:05:07');
  expect(momentInWords('2020-11-24T01:05:07.890Z')).toBe('2020年11月24日 周二 09:05:07');
  expect(momentInWords(`${new Date().getFullYear()}-03-01T01:05:07.890Z`)).toMatch(/^3月1日 周. 09:05:07$/);
  expect(date('2026-12-31T16:00:00.000Z')).toBe('2027-01-01');
});

test.each([null, undefined, '', 'no instant'])('%p is shown as no time', (none) => {
  expect([dateTime(none), dateTimeSeconds(none), momentInWords(none), date(none)]).toEqual(
    Array(4).fill('—'),
  );
});

test('numbers and durations are shown in Chinese', () => {
  expect([number(0), number(1234567), number(null)]).toEqual(['0', '1,234,567', '—']);
  expect([0.2, 59, 60, 61, 3599, 3600, 7201].map(duration)).toEqual([
    '1 秒',
    '59 秒',
    '1 分钟',
    '2 分钟',
    '60 分钟',
    '1 小时',
    '3 小时',
  ]);
});
