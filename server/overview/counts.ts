import type { ApiCalls, SignInSeries } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import type { UpstreamCall } from '../platform/index.ts';
import type { SignInBy } from '../plugins/metrics.ts';

/** China's hours are full hours of UTC too. */
export const hourMs = 3_600_000;
export const hoursShown = 24;

/** The kinds of counts of sign-ins, by the way of signing in. */
export const signInKinds = { platform: 'sign-in', password: 'console-sign-in' } as const;
export type CountKind = (typeof signInKinds)[SignInBy] | 'call';

/** A count of one hour, over all instances. */
interface Sum {
  kind: string;
  label: string;
  periodStart: Date;
  _sum: { count: number | null };
}

const heldBack = 'held-back';

/** The label of a call: its API and how it ended. */
export function callLabel({ api, ok, kind = 'fault', refusedBy }: UpstreamCall): string {
  return `${api} ${refusedBy !== undefined ? heldBack : ok ? 'ok' : kind}`;
}

/** Results of calls that are no failures of the platform: they are about the person or the code. */
const answered: ReadonlySet<string> = new Set([
  'ok',
  'code-invalid',
  'out-of-range',
  'left-organisation',
  'wrong-organisation',
]);

/** Sign-ins of the last 24 hours including this one, and calls of this hour and the one before. */
export async function readCounts(prisma: PrismaClient, now: number) {
  const thisHour = Math.floor(now / hourMs) * hourMs;
  const from = thisHour - (hoursShown - 1) * hourMs;
  const callsFrom = thisHour - hourMs;
  const sums = await prisma.activityCount.groupBy({
    by: ['kind', 'label', 'periodStart'],
    where: {
      OR: [
        { kind: { in: Object.values(signInKinds) }, periodStart: { gte: new Date(from) } },
        { kind: 'call', periodStart: { gte: new Date(callsFrom) } },
      ],
    },
    _sum: { count: true },
    orderBy: [{ kind: 'asc' }, { label: 'asc' }],
  });
  const ofKind = (kind: CountKind) => sums.filter((sum) => sum.kind === kind);
  return {
    signIns: {
      from: new Date(from).toISOString(),
      series: [
        ...seriesOf('platform', ofKind(signInKinds.platform), from),
        ...seriesOf('password', ofKind(signInKinds.password), from),
      ].sort((a, b) => b.total - a.total),
    },
    callsFrom: new Date(callsFrom).toISOString(),
    calls: callsOf(ofKind('call')),
  };
}

function seriesOf(by: SignInBy, sums: readonly Sum[], from: number): SignInSeries[] {
  const series = new Map<string, SignInSeries>();
  for (const { label, periodStart, _sum } of sums) {
    const at = Math.round((periodStart.getTime() - from) / hourMs);
    // Another server's clock may already be in the next hour.
    if (at >= hoursShown) continue;
    const [outcome = '', reason = null] = label.split(' ', 2);
    const none = { by, outcome, reason, total: 0, hours: Array<number>(hoursShown).fill(0) };
    const one = series.get(label) ?? none;
    series.set(label, one);
    one.hours[at] = _sum.count ?? 0;
    one.total += _sum.count ?? 0;
  }
  return [...series.values()];
}

function callsOf(sums: readonly Sum[]): ApiCalls[] {
  const apis = new Map<string, ApiCalls>();
  for (const { label, _sum } of sums) {
    const [api = '', kind = ''] = label.split(' ', 2);
    const count = _sum.count ?? 0;
    const one = apis.get(api) ?? { api, calls: 0, failed: 0, failures: [], heldBack: 0 };
    apis.set(api, one);
    if (kind === heldBack) one.heldBack += count;
    else one.calls += count;
    if (kind === heldBack || answered.has(kind)) continue;
    one.failed += count;
    const known = one.failures.find((failure) => failure.kind === kind);
    if (known === undefined) one.failures.push({ kind, count });
    else known.count += count;
  }
  for (const { failures } of apis.values()) failures.sort((a, b) => b.count - a.count);
  return [...apis.values()];
}
