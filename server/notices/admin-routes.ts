import type { FastifyRequest } from 'fastify';
import { signedInUser } from '../auth/authenticate.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  adminNoticesQuery,
  audience,
  type NoticeState,
  noticeChange,
  noticeChangeOutcome,
  noticeCreated,
  noticeDeleteOutcome,
  noticePublishOutcome,
  noticeRows,
  noticeText,
  noticeVersion,
  noticeWithDelivery,
  noticeWithdrawOutcome,
  readerPage,
  readersQuery,
  reading,
} from '../contract/notices.ts';
import { idParams } from '../contract/schema.ts';
import { literal } from '../database/like.ts';
import { routes } from '../plugins/core.ts';
import { createNoticeEditing, type Editor, rowColumns, toRow } from './editing.ts';
import { deliveryOf } from './notification.ts';
import { countAudience, countReading, listReaders } from './reading.ts';

const tags = ['管理：公告'];
const usual = 20;

const whereState: Readonly<Record<NoticeState, object>> = {
  draft: { publishedAt: null, withdrawnAt: null },
  published: { publishedAt: { not: null }, withdrawnAt: null },
  withdrawn: { withdrawnAt: { not: null } },
};

const editorOf = (request: FastifyRequest): Editor => ({
  actorId: signedInUser(request).id,
  address: request.ip,
});

const needed = [
  'administrators',
  'outbox', // part: messages
];

/** Routes by which administrators write, publish and withdraw notices; auditors can read. */
export const adminNoticeRoutes = routes('admin-notices', needed, async (app) => {
  const { prisma } = app;
  const { now } = app.clock;
  const notices = createNoticeEditing(prisma, now);
  const readers = { roles: ['ADMIN', 'AUDITOR'] } as const;
  const writers = { roles: ['ADMIN'] } as const;

  app.get(
    '/api/admin/notices',
    {
      config: readers,
      schema: {
        tags,
        summary: '公告列表（含草稿和已撤回的），最近写的在前，可排序',
        querystring: adminNoticesQuery,
        response: { 200: noticeRows, ...faultResponses },
      },
    },
    async ({ query: { state, search = '', page = 1, limit = usual, sort = '-createdAt' } }) => {
      const where = {
        ...(state !== undefined && whereState[state]),
        ...(search.trim() !== '' && {
          title: { contains: literal(search.trim()), mode: 'insensitive' as const },
        }),
      };
      const order = sort.startsWith('-') ? 'desc' : 'asc';
      const field = sort.replace('-', '');
      const [rows, total] = await Promise.all([
        prisma.notice.findMany({
          where,
          // Only these two columns can be null.
          orderBy: [
            { [field]: ['publishedAt', 'notified'].includes(field) ? { sort: order, nulls: 'last' } : order },
            { id: 'desc' },
          ],
          skip: (page - 1) * limit,
          take: limit,
          select: rowColumns,
        }),
        prisma.notice.count({ where }),
      ]);
      return { items: rows.map(toRow), total, more: false };
    },
  );

  // part: messages
  app.get(
    '/api/admin/notices/audience',
    {
      config: readers,
      schema: {
        tags,
        summary: '现在发布会通知多少人',
        response: { 200: audience, ...faultResponses },
      },
    },
    async () => ({ takenAt: new Date(now()).toISOString(), people: await countAudience(prisma) }),
  );

  app.get(
    '/api/admin/notices/:id',
    {
      config: readers,
      schema: {
        tags,
        summary: '一条公告，和它的工作通知发到哪里了',
        params: idParams,
        response: { 200: noticeWithDelivery, ...faultResponses },
      },
    },
    async ({ params: { id } }) => {
      const notice = await notices.get(id);
      // part: messages
      if (notice.state !== 'draft') {
        return { notice, delivery: await deliveryOf(prisma, id, notice.notified) };
      }
      return { notice, delivery: null };
    },
  );

  app.get(
    '/api/admin/notices/:id/reading',
    {
      config: readers,
      schema: {
        tags,
        summary: '多少人读了，多少人没有读',
        params: idParams,
        response: { 200: reading, ...faultResponses },
      },
    },
    async ({ params: { id } }) => {
      await notices.get(id);
      return countReading(prisma, id, now());
    },
  );

  app.get(
    '/api/admin/notices/:id/readers',
    {
      config: readers,
      schema: {
        tags,
        summary: '谁读了（最近的在前），或谁没有读',
        params: idParams,
        querystring: readersQuery,
        response: { 200: readerPage, ...faultResponses },
      },
    },
    async ({ params: { id }, query }) => {
      await notices.get(id);
      return listReaders(prisma, id, query);
    },
  );

  app.post(
    '/api/admin/notices',
    {
      config: writers,
      schema: {
        tags,
        summary: '写一篇草稿',
        body: noticeText,
        response: { 200: noticeCreated, ...faultResponses },
      },
    },
    (request) => notices.create(request.body, editorOf(request)),
  );

  app.post(
    '/api/admin/notices/:id',
    {
      config: writers,
      schema: {
        tags,
        summary: '修改草稿；别人先改了就返回 conflict，什么也不写',
        params: idParams,
        body: noticeChange,
        response: { 200: noticeChangeOutcome, ...faultResponses },
      },
    },
    (request) => notices.change(request.params.id, request.body, editorOf(request)),
  );

  app.post(
    '/api/admin/notices/:id/delete',
    {
      config: writers,
      schema: {
        tags,
        summary: '删除草稿',
        params: idParams,
        body: noticeVersion,
        response: { 200: noticeDeleteOutcome, ...faultResponses },
      },
    },
    (request) => notices.remove(request.params.id, request.body.version, editorOf(request)),
  );

  app.post(
    '/api/admin/notices/:id/publish',
    {
      config: writers,
      schema: {
        tags,
        summary: '发布，并发工作通知给登记了平台账号 id 的人',
        params: idParams,
        body: noticeVersion,
        response: { 200: noticePublishOutcome, ...faultResponses },
      },
    },
    async (request) => {
      const outcome = await notices.publish(request.params.id, request.body.version, editorOf(request));
      if (outcome.outcome === 'published') app.outbox.wake(); // part: messages
      return outcome;
    },
  );

  app.post(
    '/api/admin/notices/:id/withdraw',
    {
      config: writers,
      schema: {
        tags,
        summary: '撤回：读者不再看到，能撤回的工作通知由后台撤回',
        params: idParams,
        body: noticeVersion,
        response: { 200: noticeWithdrawOutcome, ...faultResponses },
      },
    },
    async (request) => {
      const outcome = await notices.withdraw(request.params.id, request.body.version, editorOf(request));
      if (outcome.outcome === 'withdrawn') app.recalls.wake(); // part: messages
      return outcome;
    },
  );
});
