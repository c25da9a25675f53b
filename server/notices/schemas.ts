import { Type } from '@fastify/type-provider-typebox';
import type { NoticeDetail, NoticePage, NoticeReadResponse, NoticeSummary } from '../contract.ts';
import { contractSchema, instant, nullable, strict, uuid } from '../schema.ts';

const summary = contractSchema<NoticeSummary>()(
  strict({
    id: uuid,
    title: Type.String(),
    excerpt: Type.String(),
    publishedAt: instant,
    read: Type.Boolean(),
  }),
);

export const noticePage = contractSchema<NoticePage>()(
  strict({ items: Type.Array(summary), nextCursor: nullable(Type.String()) }),
);

export const noticeDetail = contractSchema<NoticeDetail>()(
  strict({
    id: uuid,
    title: Type.String(),
    body: Type.String(),
    publishedAt: instant,
    read: Type.Boolean(),
    author: nullable(Type.String()),
  }),
);

export const noticeReadResponse = contractSchema<NoticeReadResponse>()(strict({ readAt: instant }));

export const noticeQuery = strict({
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: '上一页返回的 nextCursor' }),
  ),
  // Not Type.Integer: texts of a query are converted first, and that would cut 1.5 to 1.
  limit: Type.Optional(
    Type.Number({ minimum: 1, maximum: 50, multipleOf: 1, description: '每页条数，默认 20' }),
  ),
});

export const noticeParams = strict({ id: uuid });
