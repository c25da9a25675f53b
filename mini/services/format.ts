/** Texts and times for people; times are Beijing's, in every time zone of the phone. */

/** China has one time zone and no summer time; not every container supports time zones. */
const BEIJING = 8 * 3_600_000;

/** A date whose UTC fields are Beijing's time. */
function beijing(at: Date): Date {
  return new Date(at.getTime() + BEIJING);
}

/** The greeting for this time of day. */
export function greeting(now: Date = new Date()): string {
  const hour = beijing(now).getUTCHours();
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
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

function day(date: Date): string {
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
}

/** `今天 09:30`, `3月5日`, `2025年3月5日`; empty for an invalid time. */
export function shortTime(instant: string, now: Date = new Date()): string {
  const date = beijing(new Date(instant));
  const today = beijing(now);
  if (Number.isNaN(date.getTime())) return '';
  if (date.getUTCFullYear() !== today.getUTCFullYear()) return `${date.getUTCFullYear()}年${day(date)}`;
  return day(date) === day(today) ? `今天 ${clock(date)}` : day(date);
}

/** `2026年3月5日 09:30`; empty for an invalid time. */
export function longTime(instant: string): string {
  const date = beijing(new Date(instant));
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getUTCFullYear()}年${day(date)} ${clock(date)}`;
}

/** `45 秒`, `3 分钟`; from one minute on rounded up to minutes. */
export function waitText(seconds: number): string {
  return seconds < 60 ? `${Math.max(1, Math.ceil(seconds))} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}

/** The last character of a name, also if it has two code units (𠮷). */
export function lastCharacter(text: string): string {
  return Array.from(text).slice(-1).join('');
}

// part: notices
/** The paragraphs of a notice, separated by empty lines. */
export function paragraphsOf(body: string): string[] {
  return body
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n\s*\n/)
    .filter((text) => text.trim() !== '');
}
