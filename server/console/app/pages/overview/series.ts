import type { SignInsByHour } from '../../../../contract/overview.ts';

export interface Group {
  key: string;
  name: string;
  /** For fills: at least 3:1 against white, and told apart by the order and the table as well. */
  color: string;
  total: number;
}

export interface Bar {
  /** Under the bar; empty where there is no room. */
  tick: string;
  /** The whole of it in words. */
  title: string;
  /** One number a group. */
  values: number[];
}

export interface Chart {
  groups: Group[];
  bars: Bar[];
  total: number;
}

const groups = [
  { key: 'signed-in', name: '登录成功', color: '#0052d9', outcomes: ['signed-in'] },
  {
    key: 'next-step',
    name: '需要绑定或改密码',
    color: '#00878a',
    outcomes: ['bind-required', 'password-change-required'],
  },
  { key: 'no-permission', name: '没有权限', color: '#b35c00', outcomes: ['no-permission'] },
  {
    key: 'rejected',
    name: '密码被拒绝',
    color: '#7a4fbf',
    outcomes: ['sign-in-rejected', 'password-rejected'],
  },
  { key: 'fault', name: '出错', color: '#c9353f', outcomes: ['fault'] },
] as const;

const hourMs = 3_600_000;
/** China has one time zone and no summer time. */
const chinaOffsetMs = 8 * hourMs;

function chinaHour(at: number): { hour: number; day: string } {
  const date = new Date(at + chinaOffsetMs);
  return { hour: date.getUTCHours(), day: `${date.getUTCMonth() + 1}月${date.getUTCDate()}日` };
}

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

/** Sign-ins as bars of hours in Beijing time. */
export function chartOf({ from, hours, series }: SignInsByHour): Chart {
  const start = Date.parse(from);
  const sums = groups.map(({ outcomes }) =>
    series
      .filter(({ outcome }) => outcomes.some((one) => one === outcome))
      .reduce(
        (sum, one) => sum.map((value, at) => value + (one.hours[at] ?? 0)),
        Array<number>(hours).fill(0),
      ),
  );
  const bars = Array.from({ length: hours }, (_, at): Bar => {
    const { hour, day } = chinaHour(start + at * hourMs);
    const hourly = hours <= 24;
    return {
      tick: hourly ? (hour % 3 === 0 ? clock(hour) : '') : hour === 0 ? day : '',
      title: `${day} ${clock(hour)}`,
      values: sums.map((sum) => sum[at] ?? 0),
    };
  });
  const totals = sums.map((sum) => sum.reduce((all, value) => all + value, 0));
  return {
    groups: groups.map(({ key, name, color }, at) => ({ key, name, color, total: totals[at] ?? 0 })),
    bars,
    total: totals.reduce((all, value) => all + value, 0),
  };
}

/** The top of the axis: a round number not below `most`, and four steps. */
export function scaleOf(most: number): { top: number; steps: number[] } {
  const rough = Math.max(most, 4) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.ceil(([1, 2, 2.5, 5, 10].find((times) => times * power >= rough) ?? 10) * power);
  const count = Math.max(1, Math.ceil(most / step));
  return { top: step * count, steps: Array.from({ length: count + 1 }, (_, at) => at * step) };
}
