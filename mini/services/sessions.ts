/** The person's sessions: listing and ending them. */
import type { OwnSession, OwnSessions, SessionEnded, SessionsEnded } from '../../server/contract/auth.ts';
import { shortTime } from './format.ts';
import { type Answer, call } from './http.ts';

/** A session for a row of the list. */
export interface SessionRow {
  id: string;
  title: string;
  detail: string;
  current: boolean;
}

/** Rows besides the current session at first, and of each 更多. */
const firstRows = 5;
const moreRows = 20;

/** @param cursor the last answer's `nextCursor`; null for the first page. */
export function listSessions(cursor: string | null): Promise<Answer<OwnSessions>> {
  const query =
    cursor === null ? `limit=${firstRows}` : `limit=${moreRows}&cursor=${encodeURIComponent(cursor)}`;
  return call<OwnSessions>({ method: 'GET', path: `/api/me/sessions?${query}`, holds: 'items' });
}

/** Ends all sessions of the person, also this one. */
export function endAllSessions(): Promise<Answer<SessionsEnded>> {
  return call<SessionsEnded>({ method: 'POST', path: '/api/me/sessions/end', holds: 'outcome' });
}

export function endSession(id: string): Promise<Answer<SessionEnded>> {
  return call<SessionEnded>({
    method: 'POST',
    path: `/api/me/sessions/${encodeURIComponent(id)}/end`,
    holds: 'outcome',
  });
}

export function toSessionRows(items: OwnSession[]): SessionRow[] {
  return items.map(({ id, client, address, lastSeenAt, current }) => ({
    id,
    title: client === 'mini' ? '小程序' : '网页',
    detail: [`最近使用 ${shortTime(lastSeenAt)}`, address === null ? '' : `来自 ${address}`]
      .filter((part) => part !== '')
      .join('，'),
    current,
  }));
}
