import type { AdminOverview, ApiCalls, Locked } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import { cancelledReason } from '../messages/messages.ts';
import type { Platform } from '../platform/platform.ts';
import { recentSuperExecutiveFaults } from '../super-executives/faults.ts';
import { periodMs } from './activity.ts';
import { guideOf } from './guides.ts';
import type { InstanceState, Reporter } from './reporter.ts';

/** Rows of a list that a person reads. */
const mostLocks = 200;
const mostReasons = 5;
const mostFaults = 10;
const callsOfMs = 3_600_000;
/** Older failures of messages are history: nobody sends a notice of last month again. */
const messagesOfMs = 7 * 24 * 3_600_000;

/** A problem that several instances have met is one, with their calls together. */
export function mergeProblems(
  states: readonly InstanceState[],
  platform: Platform['name'],
): AdminOverview['problems'] {
  const merged = new Map<string, AdminOverview['problems'][number]>();
  for (const problem of states.flatMap(({ problems }) => problems)) {
    const key = `${problem.api} ${problem.remedy}`;
    const known = merged.get(key);
    if (known === undefined) {
      merged.set(key, { ...problem, instances: 1, guide: guideOf(platform, problem) });
      continue;
    }
    known.instances += 1;
    known.count += problem.count;
    if (problem.firstSeen < known.firstSeen) known.firstSeen = problem.firstSeen;
    if (problem.lastSeen > known.lastSeen) known.lastSeen = problem.lastSeen;
  }
  return [...merged.values()].sort((a, b) => b.lastSeen.localeCompare(a.lastSeen));
}

export function mergeHeldBack(states: readonly InstanceState[]): AdminOverview['heldBack'] {
  const merged = new Map<string, AdminOverview['heldBack'][number]>();
  for (const { api, state } of states.flatMap(({ heldBack }) => heldBack)) {
    const known = merged.get(api);
    if (known === undefined) merged.set(api, { api, state, instances: 1 });
    else {
      known.instances += 1;
      if (state === 'open') known.state = 'open';
    }
  }
  return [...merged.values()].sort((a, b) => a.api.localeCompare(b.api));
}

/** How a call ended that says nothing against the platform: the person's code or place in the organisation. */
const answered: ReadonlySet<string> = new Set([
  'ok',
  'code-invalid',
  'out-of-range',
  'left-organisation',
  'wrong-organisation',
]);

/** What `activity.count('call', …)` is told of a call. */
export const callLabel = (api: string, ended: string) => `${api} ${ended}`;
export const heldBackCall = 'held-back';

export async function callsOfLastHour(prisma: PrismaClient, now: number): Promise<ApiCalls[]> {
  const period = periodMs.call;
  const from = new Date(Math.floor(now / period) * period - callsOfMs + period);
  const sums = await prisma.activityCount.groupBy({
    by: ['label'],
    where: { kind: 'call', periodStart: { gte: from } },
    _sum: { count: true },
    orderBy: { label: 'asc' },
  });
  const apis = new Map<string, ApiCalls>();
  for (const { label, _sum } of sums) {
    const [api = '', kind = ''] = label.split(' ', 2);
    const count = _sum.count ?? 0;
    const one = apis.get(api) ?? { api, calls: 0, failed: 0, failures: [], heldBack: 0 };
    apis.set(api, one);
    if (kind === heldBackCall) one.heldBack += count;
    else one.calls += count;
    if (kind === heldBackCall || answered.has(kind)) continue;
    one.failed += count;
    one.failures.push({ kind, count });
  }
  for (const { failures } of apis.values()) failures.sort((a, b) => b.count - a.count);
  return [...apis.values()];
}

async function messagesOf(prisma: PrismaClient, now: number): Promise<AdminOverview['messages']> {
  const recent = { createdAt: { gt: new Date(now - messagesOfMs) } };
  // A message that somebody took back before it was sent has not failed.
  const failedRows = {
    status: 'FAILED' as const,
    OR: [{ lastError: null }, { lastError: { not: cancelledReason } }],
    ...recent,
  };
  const [waiting, failed, uncertain, reasons] = await Promise.all([
    prisma.outboxMessage.count({ where: { status: { in: ['PENDING', 'SENDING'] } } }),
    prisma.outboxMessage.count({ where: failedRows }),
    prisma.outboxMessage.count({ where: { status: 'UNCERTAIN', ...recent } }),
    prisma.outboxMessage.groupBy({
      by: ['lastError'],
      where: failedRows,
      _count: true,
      _max: { createdAt: true },
      orderBy: { _max: { createdAt: 'desc' } },
      take: mostReasons,
    }),
  ]);
  return {
    waiting,
    failed,
    uncertain,
    reasons: reasons.map(({ lastError, _count, _max }) => ({
      at: (_max.createdAt ?? new Date(now)).toISOString(),
      reason: lastError ?? '原因没有记下来，请看日志',
      count: _count,
    })),
  };
}

/** Whom a counter is about; null for none that can be shown. */
function lockedOne(subject: string): Locked | null {
  const [kind = '', ...rest] = subject.split(':');
  switch (kind) {
    case 'account':
    case 'console':
    case 'person':
    case 'unknown':
      return { kind, name: rest.join(':') };
    case 'device':
      return { kind: 'console', name: rest.slice(0, -1).join(':') };
    default:
      return null;
  }
}

async function lockedOf(prisma: PrismaClient, now: number): Promise<AdminOverview['locked']> {
  const locked = await prisma.lockout.findMany({
    where: { lockedUntil: { gt: new Date(now) } },
    orderBy: { lockedUntil: 'desc' },
    take: mostLocks,
  });
  // The console's locks of one account, in whatever browser, are one; the longest comes first.
  const shown = new Map<string, AdminOverview['locked'][number]>();
  for (const { subject, lockedUntil } of locked) {
    const one = lockedOne(subject);
    if (one === null || lockedUntil === null) continue;
    const key = `${one.kind}:${one.name}`;
    if (!shown.has(key)) shown.set(key, { ...one, until: lockedUntil.toISOString() });
  }
  return [...shown.values()];
}

async function appTokenOf(prisma: PrismaClient, platform: Platform): Promise<AdminOverview['appToken']> {
  // By name: the row of an app that was configured before may still be there.
  const row = await prisma.platformToken.findFirst({
    where: { app: { startsWith: `${platform.name}:` } },
    orderBy: { fetchedAt: 'desc' },
    select: { fetchedAt: true, expiresAt: true },
  });
  return row && { fetchedAt: row.fetchedAt.toISOString(), expiresAt: row.expiresAt.toISOString() };
}

export interface OverviewSources {
  prisma: PrismaClient;
  platform: Platform;
  reporter: Reporter;
  eventLagSeconds: () => Promise<number>;
  certificate: () => AdminOverview['certificate'];
  now: () => number;
}

/** Everything at once: each part is a small read. */
export async function readOverview(sources: OverviewSources): Promise<AdminOverview> {
  const { prisma, platform, reporter, now } = sources;
  const at = now();
  // What this instance has counted until now belongs to the picture.
  await reporter.flush();
  const [states, calls, appToken, eventLagSeconds, messages, locked, superExecutiveFaults] =
    await Promise.all([
      reporter.states(),
      callsOfLastHour(prisma, at),
      appTokenOf(prisma, platform),
      sources.eventLagSeconds(),
      messagesOf(prisma, at),
      lockedOf(prisma, at),
      recentSuperExecutiveFaults(prisma, mostFaults),
    ]);
  return {
    takenAt: new Date(at).toISOString(),
    platform: platform.name,
    instances: states.length,
    problems: mergeProblems(states, platform.name),
    heldBack: mergeHeldBack(states),
    calls,
    appToken,
    certificate: sources.certificate(),
    eventLagSeconds,
    messages,
    locked,
    superExecutiveFaults,
  };
}
