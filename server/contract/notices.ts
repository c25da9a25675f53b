import { type Static, Type } from 'typebox';
import { longestNoticeBody, longestNoticeTitle } from './constants.ts';
import {
  count,
  cursor,
  instant,
  limit,
  listOf,
  listQuery,
  nullable,
  pageOf,
  strict,
  text,
  textOrNull,
  uuid,
} from './schema.ts';

/* For every reader. */

/** `GET /api/notices`. */
export const noticesQuery = strict({ cursor: Type.Optional(cursor), limit: Type.Optional(limit(50, 20)) });

const noticeSummary = strict({
  id: uuid,
  title: Type.String(),
  /** The first characters of the body on one line. */
  excerpt: Type.String(),
  publishedAt: instant,
  /** Whether the signed-in person has read it. */
  read: Type.Boolean(),
});
export type NoticeSummary = Static<typeof noticeSummary>;

/** The newest first. */
export const noticePage = pageOf(noticeSummary);
export type NoticePage = Static<typeof noticePage>;

const noticeDetail = strict({
  outcome: Type.Literal('found'),
  id: uuid,
  title: Type.String(),
  /** Plain text; paragraphs are separated by empty lines. */
  body: Type.String(),
  publishedAt: instant,
  read: Type.Boolean(),
  author: textOrNull,
});
export type NoticeDetail = Static<typeof noticeDetail>;

/** Unknown, not published, or withdrawn. */
const notFound = strict({ outcome: Type.Literal('not-found') });

/** `GET /api/notices/:id`. */
export const noticeOutcome = Type.Union([noticeDetail, notFound]);
export type NoticeOutcome = Static<typeof noticeOutcome>;

/** `POST /api/notices/:id/read`; idempotent. */
export const noticeReadOutcome = Type.Union([
  strict({ outcome: Type.Literal('read'), readAt: instant }),
  notFound,
]);
export type NoticeReadOutcome = Static<typeof noticeReadOutcome>;

/* For administrators. */

const noticeState = Type.Enum(['draft', 'published', 'withdrawn']);
export type NoticeState = Static<typeof noticeState>;

/**
 * The version that a change must name; a higher one means that another change was faster. At most the greatest value of
 * the database's column.
 */
const version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
const search = Type.Optional(text(0, 100));

/** `GET /api/admin/notices`. */
export const adminNoticesQuery = strict({
  state: Type.Optional(noticeState),
  search,
  ...listQuery(['title', 'createdAt', 'publishedAt', 'notified']),
});

const noticeRow = strict({
  id: uuid,
  title: Type.String(),
  state: noticeState,
  author: textOrNull,
  createdAt: instant,
  updatedAt: instant,
  publishedAt: nullable(instant),
  withdrawnAt: nullable(instant),
  /** How many people its publication notified; null for a draft, and if nobody was notified. */
  notified: nullable(count),
});
export type NoticeRow = Static<typeof noticeRow>;

/** The latest written first, unless sorted otherwise. */
export const noticeRows = listOf(noticeRow);
export type NoticeRows = Static<typeof noticeRows>;

/** One notice as administrators see it. */
const noticeForAdmin = strict({ ...noticeRow.properties, body: Type.String(), version });
export type NoticeForAdmin = Static<typeof noticeForAdmin>;

/** The number of people by state of their work notification. */
const delivery = strict({
  waiting: count,
  sent: count,
  failed: count,
  uncertain: count,
  /** Taken back before they were sent. */
  cancelled: count,
  recalled: count,
  recalling: count,
  /** Sent, and impossible to recall. */
  kept: count,
  reasons: Type.Array(Type.String()),
});
export type Delivery = Static<typeof delivery>;

/** `GET /api/admin/notices/:id`; a draft has no delivery. */
export const noticeWithDelivery = strict({ notice: noticeForAdmin, delivery: nullable(delivery) });
export type NoticeWithDelivery = Static<typeof noticeWithDelivery>;

/** `POST /api/admin/notices`: a title is one line; paragraphs of the body are separated by empty lines. */
export const noticeText = strict({ title: text(1, longestNoticeTitle), body: text(1, longestNoticeBody) });
export type NoticeText = Static<typeof noticeText>;

export const noticeCreated = strict({ outcome: Type.Literal('created'), notice: noticeForAdmin });
export type NoticeCreated = Static<typeof noticeCreated>;

/** Another person has changed or published it since it was read; `current` is the present notice. */
const noticeConflict = strict({ outcome: Type.Literal('conflict'), current: noticeForAdmin });

/** `POST /api/admin/notices/:id`. */
export const noticeChange = strict({ ...noticeText.properties, version });
export type NoticeChange = Static<typeof noticeChange>;

export const noticeChangeOutcome = Type.Union([
  strict({ outcome: Type.Literal('saved'), notice: noticeForAdmin }),
  noticeConflict,
]);
export type NoticeChangeOutcome = Static<typeof noticeChangeOutcome>;

/** The body of an action on a notice, with the version that was read. */
export const noticeVersion = strict({ version });

/** `POST /api/admin/notices/:id/delete`: only drafts. */
export const noticeDeleteOutcome = Type.Union([strict({ outcome: Type.Literal('deleted') }), noticeConflict]);
export type NoticeDeleteOutcome = Static<typeof noticeDeleteOutcome>;

/** `POST /api/admin/notices/:id/publish`. */
export const noticePublishOutcome = Type.Union([
  strict({ outcome: Type.Literal('published'), receivers: count, notice: noticeForAdmin }),
  noticeConflict,
]);
export type NoticePublishOutcome = Static<typeof noticePublishOutcome>;

/** `POST /api/admin/notices/:id/withdraw`. */
export const noticeWithdrawOutcome = Type.Union([
  strict({ outcome: Type.Literal('withdrawn'), notice: noticeForAdmin }),
  noticeConflict,
]);
export type NoticeWithdrawOutcome = Static<typeof noticeWithdrawOutcome>;

// part: messages
/** `GET /api/admin/notices/audience`: how many people a publication would notify now. */
export const audience = strict({ takenAt: instant, people: count });
export type Audience = Static<typeof audience>; // part: messages

/** `GET /api/admin/notices/:id/reading`. */
export const reading = strict({
  takenAt: instant,
  /** People who may read it now: bound, active and in the organisation. */
  audience: count,
  /** Readers of the audience. */
  read: count,
  unread: count,
  /** Readers who are no longer in the audience. */
  readByOthers: count,
});
export type Reading = Static<typeof reading>;

/** `GET /api/admin/notices/:id/readers`: the readers, the latest first, or the others. */
export const readersQuery = strict({
  read: Type.Enum(['yes', 'no'], { description: 'yes：已读的人；no：未读的人' }),
  search,
  ...listQuery(['name', 'username', 'department', 'readAt']),
});
export type ReadersQuery = Static<typeof readersQuery>;

export const readerPage = listOf(
  strict({
    id: uuid,
    username: Type.String(),
    name: Type.String(),
    department: textOrNull,
    /** Null for a person who has not read it. */
    readAt: nullable(instant),
  }),
);
export type ReaderPage = Static<typeof readerPage>;
