import { signedInUser } from '../auth/authenticate.ts';
import { faultResponses } from '../contract/errors.ts';
import { noticeOutcome, noticePage, noticeReadOutcome, noticesQuery } from '../contract/notices.ts';
import { idParams, noBody } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { createNotices } from './notices.ts';

const tags = ['通知公告'];

/** The example business feature: copy this folder to start your own. */
export const noticeRoutes = routes('notices', ['auth'], async (app) => {
  const notices = createNotices(app.prisma, app.clock.now);
  app.addHook('preHandler', app.authenticate);

  app.get(
    '/api/notices',
    {
      schema: {
        tags,
        summary: '公告列表，新的在前，按游标翻页',
        querystring: noticesQuery,
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
        summary: '一条公告的正文；已撤回、删除或还没发布的是 not-found',
        params: idParams,
        response: { 200: noticeOutcome, ...faultResponses },
      },
    },
    (request) => notices.get(signedInUser(request).id, request.params.id),
  );

  app.post(
    '/api/notices/:id/read',
    {
      schema: {
        tags,
        summary: '标记为已读；重复调用不改变第一次的时间',
        params: idParams,
        body: noBody,
        response: { 200: noticeReadOutcome, ...faultResponses },
      },
    },
    async (request) => {
      const readAt = await notices.markRead(signedInUser(request).id, request.params.id);
      return readAt === null
        ? { outcome: 'not-found' as const }
        : { outcome: 'read' as const, readAt: readAt.toISOString() };
    },
  );
});
