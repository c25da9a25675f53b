import { confirm, stopPullDownRefresh, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { faultInPlace, requireSession, safely } from '../../services/navigation.ts';
import { endSession, listSessions, type SessionRow, toSessionRows } from '../../services/sessions.ts';

interface SessionsData {
  state: 'loading' | 'ready' | 'failed';
  sessions: SessionRow[];
  /** The session that is being ended; an empty string for none. */
  ending: string;
  fault: ReturnType<typeof clientFault>;
}

const initial: SessionsData = {
  state: 'loading',
  sessions: [],
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
    const answer = await listSessions();
    if (answer.ok) {
      this.setData({ state: 'ready', sessions: toSessionRows(answer.data.items) });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // What is on the screen is better than nothing: it stays when a refresh fails.
    if (this.data.state === 'ready') toast(`${fault.message}，列表没有刷新`, 'fail');
    else this.setData({ fault, state: 'failed' });
  },

  retry() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },

  end(event: { currentTarget: { dataset: { id: string } } }) {
    const { id } = event.currentTarget.dataset;
    if (this.data.ending !== '') return;
    safely(async () => {
      const agreed = await confirm('让它退出登录', '那里会立即退出，再次打开时重新免登。', '退出登录');
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
});
