import type { NoticeState } from '../../../../contract/notices.ts';
import { kept } from '../../kept.ts';

interface NoticeListState {
  /** Empty: all of them. */
  state: NoticeState | '';
  search: string;
  /** Where each page begins that was turned to; the last one is shown. */
  cursors: (string | null)[];
}

/** What the list of notices shows. */
export const list = kept((): NoticeListState => ({ state: '', search: '', cursors: [null] }));
