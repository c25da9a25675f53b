import type { AdminOverview } from '../../../../contract/overview.ts';
import { dateTime } from '../../format.ts';

/** Colours have a contrast of at least 3 : 1 to white; order and table distinguish the groups too. */
const groups = [
  { name: '登录成功', color: '#0052d9', outcomes: ['signed-in'] },
  { name: '需要绑定或改密码', color: '#00878a', outcomes: ['bind-required', 'password-change-required'] },
  { name: '没有权限', color: '#b35c00', outcomes: ['no-permission'] },
  { name: '密码被拒绝', color: '#7a4fbf', outcomes: ['sign-in-rejected', 'password-rejected'] },
  { name: '出错', color: '#c9353f', outcomes: ['fault'] },
];

const hourMs = 3_600_000;
/** Hours between two labels under the bars. */
const tickHours = 3;

/** Sign-ins as bars of the 24 hours, in Beijing time; a bar has one number for each group. */
export function chartOf({ from, series }: AdminOverview['signIns']) {
  const bars = Array.from({ length: 24 }, (_, at) => ({
    title: dateTime(new Date(Date.parse(from) + at * hourMs).toISOString()).slice(5),
    values: groups.map(({ outcomes }) =>
      series
        .filter(({ outcome }) => outcomes.includes(outcome))
        .reduce((sum, { hours }) => sum + (hours[at] ?? 0), 0),
    ),
  }));
  const totals = groups.map((_, group) => bars.reduce((sum, { values }) => sum + (values[group] ?? 0), 0));
  return {
    groups: groups.map(({ name, color }, at) => ({ name, color, total: totals[at] ?? 0 })),
    bars,
    ticks: bars.filter((_, at) => at % tickHours === 0).map(({ title }) => `${Number(title.slice(6, 8))} 时`),
    total: totals.reduce((sum, total) => sum + total, 0),
  };
}

/** The top of the axis: a round number not below `most`, and its steps from there down to 0. */
export function scaleOf(most: number): { top: number; steps: number[] } {
  const rough = Math.max(most, 4) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.ceil(([1, 2, 2.5, 5, 10].find((times) => times * power >= rough) ?? 10) * power);
  const count = Math.max(1, Math.ceil(most / step));
  return { top: step * count, steps: Array.from({ length: count + 1 }, (_, at) => (count - at) * step) };
}
