import type { FastifyInstance } from 'fastify';
import { createActivity } from './activity.ts';
import { callLabel, heldBackCall } from './overview.ts';
import { createProblems } from './problems.ts';
import { createReporter, type Reporter, writeEveryMs } from './reporter.ts';
import { signInKinds } from './sign-ins.ts';

/**
 * Keeps for the overview what the metrics lose at a restart, and no instance has of the others, for as long as the
 * server runs.
 */
export function startReporting(app: FastifyInstance): Reporter {
  const { prisma, platform, metrics, clock, jobs, log } = app;
  const activity = createActivity(clock.now);
  const problems = createProblems(clock.now);
  metrics.listen({
    signIn: (outcome, by) => activity.count(signInKinds[by], outcome),
    binding: (outcome) => activity.count('binding', outcome),
    platformCall(call) {
      problems.note(call);
      const ended = call.ok ? 'ok' : (call.kind ?? 'fault');
      activity.count('call', callLabel(call.api, call.refusedBy === undefined ? ended : heldBackCall));
    },
  });
  const reporter = createReporter({
    prisma,
    activity,
    state: () => ({
      problems: problems.list(),
      heldBack: platform.circuits().map(({ api, state }) => ({ api, state })),
    }),
    now: clock.now,
    log,
  });
  jobs.every('overview', writeEveryMs, reporter.flush, { atOnce: true });
  jobs.every('overview-sweep', 3_600_000, reporter.sweep);
  app.addHook('onClose', async () => {
    // What jobs do until they end is counted too.
    await jobs.ended();
    await reporter.stop();
  });
  return reporter;
}
