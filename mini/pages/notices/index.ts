import type { NoticePage } from '../../../server/contract/notices.ts';
import { navigateTo, stopPullDownRefresh, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import type { Answer } from '../../services/http.ts';
import { faultInPlace, NOTICES, requireSession, safely, shows } from '../../services/navigation.ts';
import { listNotices, type NoticeRow, toRows, withReadMarks } from '../../services/notices.ts';

const PAGE_SIZE = 20;

interface NoticesData {
  state: 'loading' | 'ready' | 'empty' | 'failed';
  more: 'idle' | 'loading' | 'failed';
  notices: NoticeRow[];
  nextCursor: string | null;
  fault: ReturnType<typeof clientFault>;
  /** Increases with each load of the first page; answers to earlier loads are dropped. */
  generation: number;
}

const initial: NoticesData = {
  state: 'loading',
  more: 'idle',
  notices: [],
  nextCursor: null,
  fault: clientFault('HTTP_ERROR'),
  generation: 0,
};

Page({
  data: initial,

  onLoad() {
    safely(() => this.loadFirst());
  },

  onShow() {
    shows(NOTICES);
    this.setData({ notices: withReadMarks(this.data.notices) });
  },

  onPullDownRefresh() {
    safely(async () => {
      await this.loadFirst();
      stopPullDownRefresh();
    });
  },

  onReachBottom() {
    this.loadMore();
  },

  async loadFirst(): Promise<void> {
    const generation = this.data.generation + 1;
    // A next page may still be loading; it is checked when it comes.
    this.setData({ generation, more: 'idle' });
    if ((await requireSession(NOTICES)) === null) return;
    const answer = await listNotices(null, PAGE_SIZE);
    if (generation === this.data.generation) this.showFirst(answer);
  },

  showFirst(answer: Answer<NoticePage>): void {
    if (answer.ok) {
      const notices = toRows(answer.data.items);
      this.setData({
        notices,
        nextCursor: answer.data.nextCursor,
        state: notices.length === 0 ? 'empty' : 'ready',
        more: 'idle',
      });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    if (this.data.state === 'ready') {
      // After a failed refresh the old content stays.
      toast(`${fault.message}，列表没有刷新`, 'fail');
    } else {
      this.setData({ fault, state: 'failed' });
    }
  },

  loadMore() {
    const { nextCursor, more, state } = this.data;
    if (state !== 'ready' || more === 'loading' || nextCursor === null) return;
    this.setData({ more: 'loading' });
    safely(async () => {
      const answer = await listNotices(nextCursor, PAGE_SIZE);
      // The list was reloaded, or already has this page: adding it would cause a gap or a repetition.
      if (nextCursor !== this.data.nextCursor) return;
      if (answer.ok) {
        const notices = this.data.notices.concat(toRows(answer.data.items));
        this.setData({ notices, nextCursor: answer.data.nextCursor, more: 'idle' });
        return;
      }
      const fault = faultInPlace(answer);
      if (fault !== null) this.setData({ fault, more: 'failed' });
    });
  },

  retry() {
    this.setData({ state: 'loading' });
    safely(() => this.loadFirst());
  },

  openNotice(id: string) {
    navigateTo(`/pages/notice/index?id=${encodeURIComponent(id)}`);
  },
});
