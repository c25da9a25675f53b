import type { Instant } from './contract.ts';

export type NoticeState = 'draft' | 'published' | 'withdrawn';

export interface NoticeRow {
  id: string;
  title: string;
  state: NoticeState;
  author: string | null;
  createdAt: Instant;
  updatedAt: Instant;
  publishedAt: Instant | null;
  withdrawnAt: Instant | null;
  /** How many people its publication notified; null for a draft, and where nobody was. */
  notified: number | null;
}

/** `GET /api/admin/notices`: the latest written first. */
export interface NoticeRows {
  items: NoticeRow[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

/** How many people's work notifications are in which state. */
export interface Delivery {
  waiting: number;
  sent: number;
  failed: number;
  uncertain: number;
  /** Taken back before they were sent. */
  cancelled: number;
  recalled: number;
  recalling: number;
  /** Sent, and cannot be recalled (any more). */
  kept: number;
  reasons: string[];
}

/** One notice as administrators see it. */
export interface NoticeForAdmin extends NoticeRow {
  body: string;
  /** What a change must name; a higher one means that somebody else was faster. */
  version: number;
}

/** `GET /api/admin/notices/:id`. */
export interface NoticeWithDelivery {
  notice: NoticeForAdmin;
  /** Null for a draft. */
  delivery: Delivery | null;
}

export interface NoticeText {
  /** One line. */
  title: string;
  /** Plain text; paragraphs are separated by empty lines. */
  body: string;
}

/** `POST /api/admin/notices`. */
export interface NoticeCreated {
  outcome: 'created';
  notice: NoticeForAdmin;
}

/** Somebody else has changed or published it since it was read: `current` is what is true now. */
export interface NoticeConflict {
  outcome: 'conflict';
  current: NoticeForAdmin;
}

export type NoticeChange = NoticeText & { version: number };

/** `POST /api/admin/notices/:id`. */
export type NoticeChangeOutcome = { outcome: 'saved'; notice: NoticeForAdmin } | NoticeConflict;

/** `POST /api/admin/notices/:id/delete`: drafts alone. */
export type NoticeDeleteOutcome = { outcome: 'deleted' } | NoticeConflict;

export interface NoticeVersion {
  version: number;
}

/** `POST /api/admin/notices/:id/publish`. */
export type NoticePublishOutcome =
  | { outcome: 'published'; receivers: number; notice: NoticeForAdmin }
  | NoticeConflict;

/** `POST /api/admin/notices/:id/withdraw`. */
export type NoticeWithdrawOutcome = { outcome: 'withdrawn'; notice: NoticeForAdmin } | NoticeConflict;

/** `GET /api/admin/notices/audience`: who would get a message if a notice were published now. */
export interface Audience {
  takenAt: Instant;
  people: number;
}

/** `GET /api/admin/notices/:id/reading`. */
export interface Reading {
  takenAt: Instant;
  /** Who may read it now: bound, active and in the organisation. */
  audience: number;
  /** Of the audience. */
  read: number;
  unread: number;
  /** Who has read it and is not in the audience any more. */
  readByOthers: number;
}

export interface Reader {
  id: string;
  username: string;
  name: string;
  department: string | null;
  /** Null for who has not read it. */
  readAt: Instant | null;
}

/** `GET /api/admin/notices/:id/readers?read=yes|no`: who has read it, latest first; or who has not. */
export interface ReaderPage {
  items: Reader[];
  nextCursor: string | null;
}
