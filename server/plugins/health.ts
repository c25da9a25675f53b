import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { faultResponses } from '../contract/errors.ts';
import { forAnybody, strict } from '../contract/schema.ts';
import type { Database } from '../database/database.ts';
import { AppError } from './app-error.ts';

const ok = strict({ status: Type.Literal('ok') });
const tags = ['运行状态'];

/** For load balancers and process managers; neither asks who is asking, and neither is rate limited. */
export const healthRoutes: FastifyPluginAsyncTypebox<{
  database: Database;
  /** Whether the server is on its way down: a load balancer should look elsewhere from then on. */
  isStopping: () => boolean;
}> = async (app, { database, isStopping }) => {
  app.get(
    '/healthz',
    {
      config: { rateLimit: false },
      logLevel: 'warn',
      schema: { ...forAnybody, tags, summary: '进程在运行', response: { 200: ok } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { rateLimit: false },
      logLevel: 'warn',
      schema: {
        ...forAnybody,
        tags,
        summary: '可以接收请求：数据库能连上，且没有在停止',
        response: { 200: ok, ...faultResponses },
      },
    },
    async () => {
      if (isStopping()) throw new AppError('SERVER_BUSY');
      try {
        await database.ping();
      } catch (cause) {
        throw new AppError('DATABASE_UNAVAILABLE', { cause });
      }
      return { status: 'ok' as const };
    },
  );
};
