import type { SignInSeries, SignInsByHour } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import type { SignInBy } from '../plugins/metrics.ts';
import { type ActivityKind, periodMs } from './activity.ts';

const hourMs = periodMs['sign-in'];

/** What sign-ins are counted under, by how somebody signed in. */
export const signInKinds = {
  platform: 'sign-in',
  password: 'console-sign-in',
} as const satisfies Record<SignInBy, ActivityKind>;

interface Sum {
  label: string;
  periodStart: Date;
  count: number;
}

/** An outcome, or outcome and reason: `no-permission OUT_OF_RANGE`; see server/plugins/metrics.ts. */
function partsOf(label: string): { outcome: string; reason: string | null } {
  const [outcome = '', reason = null] = label.split(' ', 2);
  return { outcome, reason };
}

/** Sign-ins of all instances by outcome and hour, of the last `hours`; the current hour is the last one. */
export async function countSignIns(prisma: PrismaClient, hours: number, now: number): Promise<SignInsByHour> {
  const from = Math.floor(now / hourMs) * hourMs - (hours - 1) * hourMs;
  const sumsOf = (kind: ActivityKind) => prisma.$queryRaw<Sum[]>`
    SELECT label, period_start AS "periodStart", sum(count)::int AS count
    FROM activity_counts
    WHERE kind = ${kind} AND period_start >= ${new Date(from)}::timestamptz
    GROUP BY label, period_start`;
  const seriesOf = async (by: SignInBy): Promise<SignInSeries[]> => {
    const series = new Map<string, SignInSeries>();
    for (const { label, periodStart, count } of await sumsOf(signInKinds[by])) {
      const at = Math.round((periodStart.getTime() - from) / hourMs);
      // Another server's clock may be in the next hour already.
      if (at >= hours) continue;
      const none = { by, ...partsOf(label), total: 0, hours: Array<number>(hours).fill(0) };
      const one = series.get(label) ?? none;
      one.hours[at] = count;
      one.total += count;
      series.set(label, one);
    }
    return [...series.values()];
  };
  const bindings = new Map<string, number>();
  for (const { label, count } of await sumsOf('binding')) {
    bindings.set(label, (bindings.get(label) ?? 0) + count);
  }
  return {
    takenAt: new Date(now).toISOString(),
    from: new Date(from).toISOString(),
    hours,
    series: [...(await seriesOf('platform')), ...(await seriesOf('password'))].sort(
      (a, b) => b.total - a.total,
    ),
    bindings: [...bindings]
      .map(([label, total]) => ({ ...partsOf(label), total }))
      .sort((a, b) => b.total - a.total),
  };
}
