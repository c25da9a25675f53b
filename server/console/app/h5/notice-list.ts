import { reactive } from 'vue';
import type { NoticeSummary } from '../../../contract/notices.ts';
import { currentUser } from '../session.ts';

interface NoticeList {
  /** The account's id. */
  person: string | undefined;
  /** The list's place in the browser's history. */
  place: number;
  /** The loaded notices; null for none yet. */
  notices: NoticeSummary[] | null;
  /** The cursor of the next page; null after the last one. */
  next: string | null;
}

const nothing = { notices: null, next: null };

/** The list of notices, kept while another page is open. */
export const list = reactive<NoticeList>({ person: undefined, place: -1, ...nothing });

/**
 * Keeps the list for a person who goes back to it, and empties it for every other visit. To be called when the list
 * opens.
 */
export function openList(): void {
  const { position = 0, forward = null } = (window.history.state ?? {}) as {
    position?: number;
    forward?: string | null;
  };
  const person = currentUser.value?.id;
  // A new page has no later entry in the history.
  const goesBack = forward !== null && list.place === position && list.person === person;
  if (!goesBack) Object.assign(list, { person, place: position, ...nothing });
}

/** Marks a notice as read in the list. */
export function markInList(id: string): void {
  const notice = list.notices?.find((one) => one.id === id);
  if (notice !== undefined) notice.read = true;
}
