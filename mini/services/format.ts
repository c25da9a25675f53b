/** Words for times, in the phone's time zone. */

/** How to greet at this hour (0–23). */
export function greeting(hour: number): string {
  if (hour < 5) return '夜深了';
  if (hour < 11) return '早上好';
  if (hour < 13) return '中午好';
  if (hour < 18) return '下午好';
  return '晚上好';
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `今天 09:30`, `3月5日`, `2025年3月5日`; an empty string for what is no instant. */
export function shortTime(instant: string, now: Date = new Date()): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const day = `${date.getMonth() + 1}月${date.getDate()}日`;
  if (date.getFullYear() !== now.getFullYear()) return `${date.getFullYear()}年${day}`;
  return date.toDateString() === now.toDateString() ? `今天 ${clock(date)}` : day;
}

/** `2026年3月5日 09:30`; an empty string for what is no instant. */
export function longTime(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}年${date.getMonth() + 1}月${date.getDate()}日 ${clock(date)}`;
}

/** `45 秒`, `3 分钟`; seconds are rounded up to whole minutes from one minute on. */
export function waitText(seconds: number): string {
  return seconds < 60 ? `${Math.max(1, Math.ceil(seconds))} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}
