import { stopPullDownRefresh, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { faultInPlace, requireSession, safely } from '../../services/navigation.ts';
import { createSampleEntry, listSampleEntry, type SampleEntryRow, toRows } from '../../services/sample-entry.ts';

interface InputEvent {
  detail: { value: string };
}

interface SampleEntryData {
  title: string;
  body: string;
  submitting: boolean;
  /** What is wrong with the form, or with sending it. */
  message: string;
  /** Error code and request id, for support. */
  detail: string;
  state: 'loading' | 'ready' | 'failed';
  rows: SampleEntryRow[];
  nextCursor: string | null;
  loadingMore: boolean;
  fault: ReturnType<typeof clientFault>;
}

const initial: SampleEntryData = {
  title: '',
  body: '',
  submitting: false,
  message: '',
  detail: '',
  state: 'loading',
  rows: [],
  nextCursor: null,
  loadingMore: false,
  fault: clientFault('HTTP_ERROR'),
};

Page({
  data: initial,

  onLoad() {
    safely(() => this.load());
  },

  onPullDownRefresh() {
    safely(async () => {
      await this.load();
      stopPullDownRefresh();
    });
  },

  onTitle(event: InputEvent) {
    this.setData({ title: event.detail.value });
  },

  onBody(event: InputEvent) {
    this.setData({ body: event.detail.value });
  },

  submit() {
    const { title, body, submitting } = this.data;
    if (submitting) return;
    if (title.trim() === '' || body.trim() === '') {
      this.setData({ message: '请填写标题和内容。', detail: '' });
      return;
    }
    this.setData({ submitting: true, message: '', detail: '' });
    safely(async () => {
      const answer = await createSampleEntry({ title, body });
      this.setData({ submitting: false });
      if (answer.ok) {
        this.setData({ title: '', body: '' });
        toast('已提交', 'success');
        await this.load();
        return;
      }
      const fault = faultInPlace(answer);
      if (fault === null) return;
      // What was typed stays in the form.
      const requestId = fault.requestId === null ? '' : `，请求编号 ${fault.requestId}`;
      this.setData({
        message: `${fault.message}。${fault.advice}`,
        detail: `错误码 ${fault.code}${requestId}`,
      });
    });
  },

  async load(): Promise<void> {
    if ((await requireSession('/pages/sample-entry/index')) === null) return;
    const answer = await listSampleEntry(null);
    if (answer.ok) {
      const { items, nextCursor } = answer.data;
      this.setData({ state: 'ready', rows: toRows(items), nextCursor });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // What is on the screen is better than nothing: it stays when a refresh fails.
    if (this.data.state === 'ready') toast(`${fault.message}，列表没有刷新`, 'fail');
    else this.setData({ fault, state: 'failed' });
  },

  loadMore() {
    const { nextCursor, loadingMore } = this.data;
    if (nextCursor === null || loadingMore) return;
    this.setData({ loadingMore: true });
    safely(async () => {
      const answer = await listSampleEntry(nextCursor);
      this.setData({ loadingMore: false });
      // The list was loaded anew meanwhile.
      if (this.data.nextCursor !== nextCursor) return;
      if (answer.ok) {
        const rows = this.data.rows.concat(toRows(answer.data.items));
        this.setData({ rows, nextCursor: answer.data.nextCursor });
        return;
      }
      const fault = faultInPlace(answer);
      if (fault !== null) toast(`${fault.message}，没有取到更多`, 'fail');
    });
  },

  retry() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },
});
