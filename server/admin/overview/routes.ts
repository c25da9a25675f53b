import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { AdminOverview } from '../../contract.ts';
import type { PrismaClient } from '../../database/database.ts';
import { countMessages } from '../../messages/outbox.ts';
import type { Platform } from '../../platform/platform.ts';
import { contractSchema, faultResponses, instant, nullable, strict } from '../../schema.ts';
import type { Problems } from './problems.ts';

export interface OverviewOptions {
  prisma: PrismaClient;
  platform: Platform;
  problems: Problems;
  now: () => number;
}

const overview = contractSchema<AdminOverview>()(
  strict({
    problems: Type.Array(
      strict({
        api: Type.String(),
        upstreamCode: nullable(Type.String()),
        remedy: Type.String(),
        firstSeen: instant,
        lastSeen: instant,
        count: Type.Integer({ minimum: 1 }),
      }),
    ),
    heldBack: Type.Array(strict({ api: Type.String(), state: Type.Enum(['open', 'half-open']) })),
    locked: Type.Array(strict({ subject: Type.String(), until: instant })),
    eventLagSeconds: Type.Number({ minimum: 0 }),
    messages: strict({ failed: Type.Integer({ minimum: 0 }), uncertain: Type.Integer({ minimum: 0 }) }),
  }),
);

/** Rows of a list that a person reads. */
const mostLocks = 200;

/** What an administrator must know of to put right. */
export const overviewRoutes: FastifyPluginAsyncTypebox<OverviewOptions> = async (
  app,
  { prisma, platform, problems, now },
) => {
  app.get(
    '/api/admin/overview',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags: ['管理'],
        summary: '需要管理员处理的事：平台配置问题、暂停的接口、锁定、积压',
        response: { 200: overview, ...faultResponses },
      },
    },
    async () => {
      const locked = await prisma.lockout.findMany({
        where: { lockedUntil: { gt: new Date(now()) } },
        orderBy: { lockedUntil: 'desc' },
        take: mostLocks,
      });
      const messages = await countMessages(prisma);
      const countOf = (wanted: string) =>
        messages.filter(({ status }) => status === wanted).reduce((sum, { count }) => sum + count, 0);
      return {
        problems: problems.list(),
        heldBack: platform.circuits().map(({ api, state }) => ({ api, state })),
        locked: locked.flatMap(({ subject, lockedUntil }) =>
          lockedUntil === null ? [] : [{ subject, until: lockedUntil.toISOString() }],
        ),
        eventLagSeconds: await app.platformEvents.lagSeconds(),
        messages: { failed: countOf('FAILED'), uncertain: countOf('UNCERTAIN') },
      };
    },
  );
};
