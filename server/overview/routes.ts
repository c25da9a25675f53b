import type { FastifyInstance } from 'fastify';
import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import { unknownAccount } from '../auth/credentials.ts';
import { countersOf } from '../auth/lockout.ts';
import { faultResponses } from '../contract/errors.ts';
import { adminOverview, type Locked, unlockOutcome, unlockRequest } from '../contract/overview.ts';
import type { Prisma } from '../database/generated/client.ts';
import { routes } from '../plugins/core.ts';
import { callLabel, hourMs, signInKinds } from './counts.ts';
import { readOverview } from './overview.ts';
import { createProblems } from './problems.ts';
import { createReporter, type Reporter, writeEveryMs } from './reporter.ts';

const tags = ['管理'];

/** The counters that an unlock deletes, and its subject in the audit log. An account is unlocked everywhere at once. */
function lockOf({ kind, name }: Locked): { counters: Prisma.LockoutWhereInput; subject: string } {
  switch (kind) {
    case 'account':
    case 'console':
      return { counters: countersOf(name), subject: `account:${name}` };
    case 'network':
    case 'person':
      return { counters: { subject: `${kind}:${name}` }, subject: `${kind}:${name}` };
    case 'unknown':
      return { counters: { subject: `unknown:${name}` }, subject: unknownAccount };
  }
}

const needed = [
  'administrators',
  'events', // part: events
  'certificate',
];

/** Stores counts and problems for the overview, over restarts and for all instances. */
function startReporting({ prisma, platform, metrics, clock, jobs, log }: FastifyInstance): Reporter {
  const problems = createProblems(clock.now);
  const state = () => ({
    problems: problems.list(),
    heldBack: platform.circuits().map(({ api, state }) => ({ api, state })),
  });
  const reporter = createReporter({ prisma, state, now: clock.now, log });
  metrics.listen({
    signIn: (outcome, by) => reporter.count(signInKinds[by], outcome),
    platformCall(call) {
      problems.note(call);
      reporter.count('call', callLabel(call));
    },
  });
  jobs.every('overview', writeEveryMs, reporter.flush, { atOnce: true, title: '写下概览的数字' });
  jobs.every('overview-sweep', hourMs, reporter.sweep, { title: '清理概览的旧数字' });
  return reporter;
}

/** The overview: problems that an administrator must solve, and the state of the app. */
export const overviewRoutes = routes('overview', needed, async (app) => {
  const { prisma } = app;
  const reporter = startReporting(app);
  app.addHook('onClose', async () => {
    // Ended after the jobs, because they still count.
    await app.jobs.ended();
    await reporter.stop();
  });

  app.get(
    '/api/admin/overview',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags,
        summary: '概览：平台配置问题及处理步骤、最近 24 小时的登录、接口健康、证书、积压、锁定',
        response: { 200: adminOverview, ...faultResponses },
      },
    },
    () => readOverview(app, reporter),
  );

  app.post(
    '/api/admin/overview/unlock',
    {
      config: { roles: ['ADMIN'] },
      schema: {
        tags,
        summary: '解除一个账号或人员因密码输错的等待',
        body: unlockRequest,
        response: { 200: unlockOutcome, ...faultResponses },
      },
    },
    async (request) => {
      const { counters, subject } = lockOf(request.body);
      const actorId = signedInUser(request).id;
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.lockout.deleteMany({ where: counters });
        if (count === 0) return { outcome: 'not-locked' as const };
        await recordAudit(tx, { action: 'lockout.cleared', actorId, subject }, request.ip);
        return { outcome: 'unlocked' as const };
      });
    },
  );
});
