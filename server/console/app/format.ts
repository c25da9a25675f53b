const zone = 'Asia/Shanghai';

const parts = new Intl.DateTimeFormat('zh-CN', {
  timeZone: zone,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const numbers = new Intl.NumberFormat('zh-CN');

function partsOf(instant: string): Record<string, string> | null {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return null;
  return Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** `2026-11-24 09:05` in Beijing time, whatever the browser's zone; `—` for none. @param iso ISO 8601, UTC */
export function dateTime(iso: string | null | undefined): string {
  const at = iso ? partsOf(iso) : null;
  return at === null ? '—' : `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}`;
}

/** `2026-11-24 09:05:07` in Beijing time, for logs; `—` for none. */
export function dateTimeSeconds(iso: string | null | undefined): string {
  const at = iso ? partsOf(iso) : null;
  return at === null ? '—' : `${dateTime(iso)}:${at.second}`;
}

const weekdays = new Intl.DateTimeFormat('zh-CN', { timeZone: zone, weekday: 'short' });

/** `11月24日 周二 09:05:07` in Beijing time, with the year where it is not this one; `—` for none. */
export function momentInWords(iso: string | null | undefined): string {
  const at = iso ? partsOf(iso) : null;
  if (!iso || at === null) return '—';
  const year = at.year === partsOf(new Date().toISOString())?.year ? '' : `${at.year}年`;
  return `${year}${Number(at.month)}月${Number(at.day)}日 ${weekdays.format(new Date(iso))} ${at.hour}:${at.minute}:${at.second}`;
}

/** `2026-11-24` in Beijing time; `—` for none. */
export function date(iso: string | null | undefined): string {
  return dateTime(iso).slice(0, 10);
}

/** `12,345`; `—` for none. */
export function number(n: number | null | undefined): string {
  return n === null || n === undefined ? '—' : numbers.format(n);
}

/** A length of time in words: `40 秒`, `3 分钟`, `2 小时`. @param seconds rounded up */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} 秒`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} 分钟`;
  return `${Math.ceil(seconds / 3600)} 小时`;
}
