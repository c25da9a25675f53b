/** Where the person is signed in, and ending one of it. */
import type { OwnSession, OwnSessions, SessionEnded } from '../../server/contract/auth.ts';
import { shortTime } from './format.ts';
import { type Answer, call } from './http.ts';

/** A session as a list row shows it. */
export interface SessionRow {
  id: string;
  title: string;
  detail: string;
  current: boolean;
}

export function listSessions(): Promise<Answer<OwnSessions>> {
  return call<OwnSessions>({ method: 'GET', path: '/api/me/sessions', holds: 'items' });
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
