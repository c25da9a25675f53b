import type { NoticeSummary } from '../../../contract/notices.ts';
import { kept } from '../kept.ts';

interface NoticeList {
  /** The list's place in the browser's history. */
  place: number;
  /** All that was loaded; null for nothing yet. */
  notices: NoticeSummary[] | null;
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

const nothing = { notices: null, next: null };

/** The list of notices as it was left. */
export const list = kept((): NoticeList => ({ place: -1, ...nothing }));

/** Whoever goes back to the list finds it as they left it; every other visit begins anew. To be called as it shows. */
export function openList(): void {
  const { position = 0, forward = null } = (window.history.state ?? {}) as {
    position?: number;
    forward?: string | null;
  };
  // A page that was just opened has nothing after it.
  if (forward === null || list.place !== position) Object.assign(list, { place: position, ...nothing });
}

/** What was read meanwhile is read in the list too. */
export function markInList(id: string): void {
  const notice = list.notices?.find((one) => one.id === id);
  if (notice !== undefined) notice.read = true;
}
