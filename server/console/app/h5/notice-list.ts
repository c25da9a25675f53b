import { reactive } from 'vue';
import type { NoticeSummary } from '../../../contract/notices.ts';
import { currentUser } from '../session.ts';

interface NoticeList {
  /** Whose list it is: an account's id. */
  person: string | undefined;
  /** The list's place in the browser's history. */
  place: number;
  /** All that was loaded; null for nothing yet. */
  notices: NoticeSummary[] | null;
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

const nothing = { notices: null, next: null };

/** The list of notices as it was left. */
export const list = reactive<NoticeList>({ person: undefined, place: -1, ...nothing });

/** Keeps the list for a person who goes back to it, and empties it for every other visit. To be called as it shows. */
export function openList(): void {
  const { position = 0, forward = null } = (window.history.state ?? {}) as {
    position?: number;
    forward?: string | null;
  };
  const person = currentUser.value?.id;
  // A page that was just opened has nothing after it.
  const goesBack = forward !== null && list.place === position && list.person === person;
  if (!goesBack) Object.assign(list, { person, place: position, ...nothing });
}

/** What was read meanwhile is read in the list too. */
export function markInList(id: string): void {
  const notice = list.notices?.find((one) => one.id === id);
  if (notice !== undefined) notice.read = true;
}
