/** 样例: what the signed-in person writes, and reads of their own. */
import type {
  SampleEntryCreated,
  SampleEntryOfPerson,
  SampleEntryPage,
  SampleEntryText,
} from '../../server/contract/sample-entry.ts';
import { shortTime } from './format.ts';
import { type Answer, call } from './http.ts';

/** One of them as a list row shows it. */
export interface SampleEntryRow {
  id: string;
  title: string;
  body: string;
  time: string;
  state: string;
}

/** One page, newest first. `cursor` is the last answer's `nextCursor`, null for the first page. */
export function listSampleEntry(cursor: string | null): Promise<Answer<SampleEntryPage>> {
  const from = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return call<SampleEntryPage>({ method: 'GET', path: `/api/sample-entry${from}`, holds: 'items' });
}

export function createSampleEntry(body: SampleEntryText): Promise<Answer<SampleEntryCreated>> {
  return call<SampleEntryCreated>({ method: 'POST', path: '/api/sample-entry', body, holds: 'outcome' });
}

export function toRows(items: SampleEntryOfPerson[]): SampleEntryRow[] {
  return items.map(({ id, title, body, createdAt, done }) => ({
    id,
    title,
    body,
    time: shortTime(createdAt),
    state: done ? '已处理' : '待处理',
  }));
}
