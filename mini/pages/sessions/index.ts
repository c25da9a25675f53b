import { confirm, stopPullDownRefresh, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { faultInPlace, leave, requireSession, safely } from '../../services/navigation.ts';
import { signOut } from '../../services/session.ts';
import {
  endAllSessions,
  endSession,
  listSessions,
  type SessionRow,
  toSessionRows,
} from '../../services/sessions.ts';
import { questions } from '../../services/words.ts';

interface SessionsData {
  state: 'loading' | 'ready' | 'failed';
  sessions: SessionRow[];
  /** The cursor of the next rows; null if all are shown. */
  nextCursor: string | null;
  loadingMore: boolean;
  /** The session that is being ended, or `all`; empty for none. */
  ending: string;
  fault: ReturnType<typeof clientFault>;
}

const initial: SessionsData = {
  state: 'loading',
  sessions: [],
  nextCursor: null,
  loadingMore: false,
  ending: '',
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

  async load(): Promise<void> {
    if ((await requireSession('/pages/sessions/index')) === null) return;
    const answer = await listSessions(null);
    if (answer.ok) {
      const { items, nextCursor = null } = answer.data;
      this.setData({ state: 'ready', sessions: toSessionRows(items), nextCursor });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // After a failed refresh the old content stays.
    if (this.data.state === 'ready') toast(`${fault.message}，列表没有刷新`, 'fail');
    else this.setData({ fault, state: 'failed' });
  },

  more() {
    const { nextCursor, loadingMore } = this.data;
    if (nextCursor === null || loadingMore) return;
    safely(async () => {
      this.setData({ loadingMore: true });
      const answer = await listSessions(nextCursor);
      this.setData({ loadingMore: false });
      // The list was loaded again meanwhile.
      if (this.data.nextCursor !== nextCursor) return;
      if (answer.ok) {
        const sessions = [...this.data.sessions, ...toSessionRows(answer.data.items)];
        this.setData({ sessions, nextCursor: answer.data.nextCursor });
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

  end(event: { currentTarget: { dataset: { id: string } } }) {
    const { id } = event.currentTarget.dataset;
    if (this.data.ending !== '') return;
    safely(async () => {
      const { title, body, action } = questions.endSession;
      const agreed = await confirm(title, body, action);
      if (!agreed || this.data.ending !== '') return;
      this.setData({ ending: id });
      const answer = await endSession(id);
      this.setData({ ending: '' });
      if (!answer.ok) {
        const fault = faultInPlace(answer);
        if (fault !== null) toast(`${fault.message}，没有退出`, 'fail');
        return;
      }
      toast('已退出', 'success');
      await this.load();
    });
  },

  endAll() {
    if (this.data.ending !== '') return;
    safely(async () => {
      const { title, body, action } = questions.endAll;
      const agreed = await confirm(title, body, action);
      if (!agreed || this.data.ending !== '') return;
      this.setData({ ending: 'all' });
      const answer = await endAllSessions();
      this.setData({ ending: '' });
      if (answer.ok) {
        await signOut();
        leave();
        return;
      }
      const fault = faultInPlace(answer);
      if (fault !== null) toast(`${fault.message}，没有退出`, 'fail');
    });
  },
});
