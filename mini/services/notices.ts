/** The example business feature: notices. */
import type {
  NoticeOutcome,
  NoticePage,
  NoticeReadOutcome,
  NoticeSummary,
} from '../../server/contract/notices.ts';
import { shortTime } from './format.ts';
import { type Answer, call } from './http.ts';

/** A notice for a row of the list. */
export interface NoticeRow {
  id: string;
  title: string;
  excerpt: string;
  time: string;
  read: boolean;
}

/** Notices that were read in this run, so that loaded lists can mark them without a request. */
const readHere: Record<string, true> = {};

/** One page of notices, newest first. `cursor` is the last answer's `nextCursor`, null for the first page. */
export function listNotices(cursor: string | null, limit: number): Promise<Answer<NoticePage>> {
  const from = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  return call<NoticePage>({ method: 'GET', path: `/api/notices?limit=${limit}${from}`, holds: 'items' });
}

export function getNotice(id: string): Promise<Answer<NoticeOutcome>> {
  return call<NoticeOutcome>({
    method: 'GET',
    path: `/api/notices/${encodeURIComponent(id)}`,
    holds: 'outcome',
  });
}

/** Marks a notice as read, here and on the server; idempotent. */
export function markRead(id: string): Promise<Answer<NoticeReadOutcome>> {
  readHere[id] = true;
  return call<NoticeReadOutcome>({
    method: 'POST',
    path: `/api/notices/${encodeURIComponent(id)}/read`,
    holds: 'outcome',
  });
}

export function toRows(items: NoticeSummary[]): NoticeRow[] {
  return withReadMarks(
    items.map(({ id, title, excerpt, publishedAt, read }) => ({
      id,
      title,
      excerpt,
      time: shortTime(publishedAt),
      read,
    })),
  );
}

/** The rows with their present read marks. */
export function withReadMarks(rows: NoticeRow[]): NoticeRow[] {
  return rows.map((row) => (readHere[row.id] === true ? { ...row, read: true } : row));
}
