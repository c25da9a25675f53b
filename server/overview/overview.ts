import type { FastifyInstance } from 'fastify';
import type { AdminOverview, Locked } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import { cancelledReason } from '../messages/recalls.ts';
import type { Platform } from '../platform/platform.ts';
import { recentSuperExecutiveFaults } from '../super-executives/faults.ts';
import { readCounts } from './counts.ts';
import { guideOf } from './guides.ts';
import type { InstanceState, Reporter } from './reporter.ts';

/** The most rows of a list. */
const mostLocks = 200;
const mostReasons = 5; // part: messages
const mostFaults = 10;
// part: messages
/** Older failed messages are not shown: nobody resends a notice of last month. */
const messagesOfMs = 7 * 24 * 3_600_000;

/** Merges the problems of several instances and adds their calls. */
function merged<T extends object>(
  met: readonly T[],
  keyOf: (one: T) => string,
  add: (known: T, one: T) => void,
): (T & { instances: number })[] {
  const all = new Map<string, T & { instances: number }>();
  for (const one of met) {
    const known = all.get(keyOf(one));
    if (known === undefined) all.set(keyOf(one), { ...one, instances: 1 });
    else {
      known.instances += 1;
      add(known, one);
    }
  }
  return [...all.values()];
}

const problemsOf = (states: readonly InstanceState[], platform: Platform['name']) =>
  merged(
    states.flatMap(({ problems }) => problems),
    ({ api, remedy }) => `${api} ${remedy}`,
    (known, { count, firstSeen, lastSeen }) => {
      known.count += count;
      if (firstSeen < known.firstSeen) known.firstSeen = firstSeen;
      if (lastSeen > known.lastSeen) known.lastSeen = lastSeen;
    },
  )
    .sort((a, b) => b.lastSeen.localeCompare(a.lastSeen))
    .map((problem) => ({ ...problem, guide: guideOf(platform, problem) }));

const heldBackOf = (states: readonly InstanceState[]) =>
  merged(
    states.flatMap(({ heldBack }) => heldBack),
    ({ api }) => api,
    (known, { state }) => {
      if (state === 'open') known.state = state;
    },
  ).sort((a, b) => a.api.localeCompare(b.api));

// part: messages
async function messagesOf(prisma: PrismaClient, now: number): Promise<AdminOverview['messages']> {
  const recent = { createdAt: { gt: new Date(now - messagesOfMs) } };
  const [uncertain, failed] = await Promise.all([
    prisma.outboxMessage.count({ where: { status: 'UNCERTAIN', ...recent } }),
    prisma.outboxMessage.groupBy({
      by: ['lastError'],
      // A message that was taken back before it was sent has not failed.
      where: {
        status: 'FAILED',
        OR: [{ lastError: null }, { lastError: { not: cancelledReason } }],
        ...recent,
      },
      _count: true,
      _max: { createdAt: true },
      orderBy: { _max: { createdAt: 'desc' } },
    }),
  ]);
  return {
    failed: failed.reduce((sum, { _count }) => sum + _count, 0),
    uncertain,
    reasons: failed.slice(0, mostReasons).map(({ lastError, _count, _max }) => ({
      at: (_max.createdAt ?? new Date(now)).toISOString(),
      reason: lastError ?? '原因没有记下来，请看日志',
      count: _count,
    })),
  };
}

/** The kind and name of a counter; null for one that cannot be shown. */
function lockedOne(subject: string): Locked | null {
  const [kind = '', ...rest] = subject.split(':');
  switch (kind) {
    case 'account':
    case 'console':
    case 'network':
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
  // The console's locks of one account, over all browsers, are shown as one: the longest.
  const shown = new Map<string, AdminOverview['locked'][number]>();
  for (const { subject, lockedUntil } of locked) {
    const one = lockedOne(subject);
    if (one === null || lockedUntil === null) continue;
    const key = `${one.kind}:${one.name}`;
    if (!shown.has(key)) shown.set(key, { ...one, until: lockedUntil.toISOString() });
  }
  return [...shown.values()];
}

/** Reads all parts at once; each is small. */
export async function readOverview(app: FastifyInstance, reporter: Reporter): Promise<AdminOverview> {
  const { prisma, platform } = app;
  const at = app.clock.now();
  // Write the counts of this instance first, so that the overview includes them.
  await reporter.flush();
  const [
    states,
    counts,
    eventLagSeconds, // part: events
    messages, // part: messages
    locked,
    superExecutiveFaults,
  ] = await Promise.all([
    reporter.states(),
    readCounts(prisma, at),
    app.platformEvents.lagSeconds(), // part: events
    messagesOf(prisma, at), // part: messages
    lockedOf(prisma, at),
    recentSuperExecutiveFaults(prisma, mostFaults),
  ]);
  return {
    takenAt: new Date(at).toISOString(),
    platform: platform.name,
    instances: states.length,
    problems: problemsOf(states, platform.name),
    heldBack: heldBackOf(states),
    ...counts,
    certificate: app.certificateStatus(),
    eventLagSeconds, // part: events
    messages, // part: messages
    locked,
    superExecutiveFaults,
  };
}
