import type { NoticeDetail } from '../../../server/contract/notices.ts';
import { switchTab } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { longTime, paragraphsOf } from '../../services/format.ts';
import { faultInPlace, NOTICES, queryValue, requireSession, safely } from '../../services/navigation.ts';
import { getNotice, markRead } from '../../services/notices.ts';

interface NoticeData {
  id: string;
  state: 'loading' | 'ready' | 'not-found' | 'failed';
  title: string;
  author: string;
  time: string;
  paragraphs: { key: string; text: string }[];
  fault: ReturnType<typeof clientFault>;
}

const initial: NoticeData = {
  id: '',
  state: 'loading',
  title: '',
  author: '',
  time: '',
  paragraphs: [],
  fault: clientFault('HTTP_ERROR'),
};

Page({
  data: initial,

  onLoad(query) {
    this.setData({ id: queryValue(query, 'id') });
    safely(() => this.load());
  },

  async load(): Promise<void> {
    const { id } = this.data;
    if (id === '') {
      this.setData({ state: 'not-found' });
      return;
    }
    if ((await requireSession(`/pages/notice/index?id=${encodeURIComponent(id)}`)) === null) return;
    const answer = await getNotice(id);
    if (answer.ok) {
      if (answer.data.outcome === 'not-found') {
        this.setData({ state: 'not-found' });
        return;
      }
      this.show(answer.data);
      // A failed mark does not disturb the reader: the next visit repeats it.
      if (!answer.data.read) await markRead(id);
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // A truncated link has no notice.
    this.setData({ fault, state: fault.code === 'INVALID_REQUEST' ? 'not-found' : 'failed' });
  },

  show(notice: NoticeDetail): void {
    this.setData({
      state: 'ready',
      title: notice.title,
      author: notice.author || '系统通知',
      time: longTime(notice.publishedAt),
      paragraphs: paragraphsOf(notice.body).map((text, index) => ({ key: String(index), text })),
    });
  },

  retry() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },

  openAll() {
    switchTab(NOTICES);
  },
});
