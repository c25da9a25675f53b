import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import { unknownAccount } from '../auth/credentials.ts';
import { countersOf } from '../auth/lockout.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  adminOverview,
  type Locked,
  peopleCounts,
  signInsByHour,
  signInsQuery,
  unlockOutcome,
  unlockRequest,
} from '../contract/overview.ts';
import type { Prisma } from '../database/generated/client.ts';
import { routes } from '../plugins/core.ts';
import { readOverview } from './overview.ts';
import { createPeopleCounts } from './people-counts.ts';
import { startReporting } from './reporting.ts';
import { countSignIns } from './sign-ins.ts';

const tags = ['管理'];

/** What an unlocking forgets, and what the log says it was done to. An account is unlocked everywhere at once. */
function lockOf({ kind, name }: Locked): { counters: Prisma.LockoutWhereInput; subject: string } {
  switch (kind) {
    case 'account':
    case 'console':
      return { counters: countersOf(name), subject: `account:${name}` };
    case 'person':
      return { counters: { subject: `person:${name}` }, subject: `person:${name}` };
    case 'unknown':
      return { counters: { subject: `unknown:${name}` }, subject: unknownAccount };
  }
}

/** What an administrator must know of to put right, and how things are. */
export const overviewRoutes = routes('overview', ['administrators', 'events', 'certificate'], async (app) => {
  const { prisma, platform } = app;
  const { now } = app.clock;
  const reporter = startReporting(app);
  const countPeople = createPeopleCounts(prisma, now);
  const readers = { roles: ['ADMIN', 'AUDITOR'] } as const;

  app.get(
    '/api/admin/overview',
    {
      config: readers,
      schema: {
        tags,
        summary: '概览：平台配置问题及处理步骤、接口健康、令牌、证书、积压、锁定',
        response: { 200: adminOverview, ...faultResponses },
      },
    },
    () =>
      readOverview({
        prisma,
        platform,
        reporter,
        now,
        eventLagSeconds: () => app.platformEvents.lagSeconds(),
        certificate: () => app.certificateStatus(),
      }),
  );

  app.get(
    '/api/admin/overview/sign-ins',
    {
      config: readers,
      schema: {
        tags,
        summary: '最近 24 小时或 7 天的登录，按结果和小时',
        querystring: signInsQuery,
        response: { 200: signInsByHour, ...faultResponses },
      },
    },
    async (request) => {
      await reporter.flush();
      return countSignIns(prisma, Number(request.query.days ?? '1') * 24, now());
    },
  );

  app.get(
    '/api/admin/overview/people',
    {
      config: readers,
      schema: {
        tags,
        summary: '人数：已绑定、未绑定、已离开、已停用',
        response: { 200: peopleCounts, ...faultResponses },
      },
    },
    countPeople,
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
        await recordAudit(tx, { action: 'lockout.cleared', actorId, subject, detail: {} }, request.ip);
        return { outcome: 'unlocked' as const };
      });
    },
  );
});
