import { Type } from '@fastify/type-provider-typebox';
import type {
  Audience,
  Delivery,
  NoticeChange,
  NoticeChangeOutcome,
  NoticeConflict,
  NoticeCreated,
  NoticeDeleteOutcome,
  NoticeForAdmin,
  NoticePublishOutcome,
  NoticeRow,
  NoticeRows,
  NoticeText,
  NoticeVersion,
  NoticeWithDelivery,
  NoticeWithdrawOutcome,
  ReaderPage,
  Reading,
} from '../contract/admin-notices.ts';
import { contractSchema, instant, nullable, strict, text, uuid } from '../contract/schema.ts';

/** A title is a line of a list on a phone. */
export const longestTitle = 100;
/** In Chinese about 30 KB: half of what a request may hold. */
export const longestBody = 10_000;

const count = Type.Integer({ minimum: 0 });
/** Up to what the database's column holds: more would be a fault of it. */
const version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const state = Type.Enum(['draft', 'published', 'withdrawn']);

const rowProperties = {
  id: uuid,
  title: Type.String(),
  state,
  author: nullable(Type.String()),
  createdAt: instant,
  updatedAt: instant,
  publishedAt: nullable(instant),
  withdrawnAt: nullable(instant),
  notified: nullable(count),
};

const row = contractSchema<NoticeRow>()(strict(rowProperties));

export const noticeRows = contractSchema<NoticeRows>()(
  strict({ items: Type.Array(row), nextCursor: nullable(Type.String()) }),
);

const notice = contractSchema<NoticeForAdmin>()(strict({ ...rowProperties, body: Type.String(), version }));

const delivery = contractSchema<Delivery>()(
  strict({
    waiting: count,
    sent: count,
    failed: count,
    uncertain: count,
    cancelled: count,
    recalled: count,
    recalling: count,
    kept: count,
    reasons: Type.Array(Type.String()),
  }),
);

export const noticeWithDelivery = contractSchema<NoticeWithDelivery>()(
  strict({ notice, delivery: nullable(delivery) }),
);

const textProperties = { title: text(1, longestTitle), body: text(1, longestBody) };

export const noticeText = contractSchema<NoticeText>()(strict(textProperties));
export const noticeChange = contractSchema<NoticeChange>()(strict({ ...textProperties, version }));
export const noticeVersion = contractSchema<NoticeVersion>()(strict({ version }));

const conflict = contractSchema<NoticeConflict>()(
  strict({ outcome: Type.Literal('conflict'), current: notice }),
);

export const noticeCreated = contractSchema<NoticeCreated>()(
  strict({ outcome: Type.Literal('created'), notice }),
);
export const noticeChangeOutcome = contractSchema<NoticeChangeOutcome>()(
  Type.Union([strict({ outcome: Type.Literal('saved'), notice }), conflict]),
);
export const noticeDeleteOutcome = contractSchema<NoticeDeleteOutcome>()(
  Type.Union([strict({ outcome: Type.Literal('deleted') }), conflict]),
);
export const noticePublishOutcome = contractSchema<NoticePublishOutcome>()(
  Type.Union([strict({ outcome: Type.Literal('published'), receivers: count, notice }), conflict]),
);
export const noticeWithdrawOutcome = contractSchema<NoticeWithdrawOutcome>()(
  Type.Union([strict({ outcome: Type.Literal('withdrawn'), notice }), conflict]),
);

export const audienceSchema = contractSchema<Audience>()(strict({ takenAt: instant, people: count }));

export const readingSchema = contractSchema<Reading>()(
  strict({ takenAt: instant, audience: count, read: count, unread: count, readByOthers: count }),
);

export const readerPage = contractSchema<ReaderPage>()(
  strict({
    items: Type.Array(
      strict({
        id: uuid,
        username: Type.String(),
        name: Type.String(),
        department: nullable(Type.String()),
        readAt: nullable(instant),
      }),
    ),
    nextCursor: nullable(Type.String()),
  }),
);

export const noticeParams = strict({ id: uuid });

// Not Type.Integer: texts of a query are converted first, and that would cut 1.5 to 1.
const limit = Type.Optional(
  Type.Number({ minimum: 1, maximum: 100, multipleOf: 1, description: '每页条数，默认 20' }),
);
const search = Type.Optional(text(0, 100));

export const noticesQuery = strict({
  state: Type.Optional(state),
  search,
  cursor: Type.Optional(uuid),
  limit,
});

export const readersQuery = strict({
  read: Type.Enum(['yes', 'no'], { description: 'yes：已读的人；no：未读的人' }),
  search,
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  limit,
});
