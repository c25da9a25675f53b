import { Type } from '@fastify/type-provider-typebox';
import type {
  NoticeDetail,
  NoticeOutcome,
  NoticePage,
  NoticeReadOutcome,
  NoticeSummary,
} from '../contract/contract.ts';
import { contractSchema, instant, nullable, strict, uuid } from '../contract/schema.ts';

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

const detail = contractSchema<NoticeDetail>()(
  strict({
    outcome: Type.Literal('found'),
    id: uuid,
    title: Type.String(),
    body: Type.String(),
    publishedAt: instant,
    read: Type.Boolean(),
    author: nullable(Type.String()),
  }),
);

const notFound = strict({ outcome: Type.Literal('not-found') });

export const noticeOutcome = contractSchema<NoticeOutcome>()(Type.Union([detail, notFound]));

export const noticeReadOutcome = contractSchema<NoticeReadOutcome>()(
  Type.Union([strict({ outcome: Type.Literal('read'), readAt: instant }), notFound]),
);

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
