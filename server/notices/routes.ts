import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { signedInUser } from '../auth/authenticate.ts';
import type { PrismaClient } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { faultResponses } from '../schema.ts';
import { createNotices } from './notices.ts';
import { noticeDetail, noticePage, noticeParams, noticeQuery, noticeReadResponse } from './schemas.ts';

const tags = ['通知公告'];

/** The example business feature: copy this folder to start your own. */
export const noticeRoutes: FastifyPluginAsyncTypebox<{ prisma: PrismaClient; now: () => number }> = async (
  app,
  { prisma, now },
) => {
  const notices = createNotices(prisma, now);
  app.addHook('preHandler', app.authenticate);

  app.get(
    '/api/notices',
    {
      schema: {
        tags,
        summary: '公告列表，新的在前，按游标翻页',
        querystring: noticeQuery,
        response: { 200: noticePage, ...faultResponses },
      },
    },
    (request) => {
      const { cursor = null, limit = 20 } = request.query;
      return notices.list(signedInUser(request).id, cursor, limit);
    },
  );

  app.get(
    '/api/notices/:id',
    {
      schema: {
        tags,
        summary: '一条公告的正文',
        params: noticeParams,
        response: { 200: noticeDetail, ...faultResponses },
      },
    },
    async (request) => {
      const notice = await notices.get(signedInUser(request).id, request.params.id);
      if (notice === null) throw new AppError('NOT_FOUND');
      return notice;
    },
  );

  app.post(
    '/api/notices/:id/read',
    {
      schema: {
        tags,
        summary: '标记为已读；重复调用不改变第一次的时间',
        params: noticeParams,
        response: { 200: noticeReadResponse, ...faultResponses },
      },
    },
    async (request) => {
      const readAt = await notices.markRead(signedInUser(request).id, request.params.id);
      if (readAt === null) throw new AppError('NOT_FOUND');
      return { readAt: readAt.toISOString() };
    },
  );
};
