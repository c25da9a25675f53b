import { navigateTo, stopPullDownRefresh, switchTab, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { greeting, lastCharacter } from '../../services/format.ts';
import { faultInPlace, HOME, NOTICES, requireSession, safely, shows } from '../../services/navigation.ts';
import { listNotices, type NoticeRow, toRows, withReadMarks } from '../../services/notices.ts';

const LATEST = 3;

interface HomeData {
  signedIn: boolean;
  greeting: string;
  name: string;
  /** The last character of the name stands for a picture. */
  initial: string;
  department: string;
  isAdmin: boolean;
  state: 'loading' | 'ready' | 'empty' | 'failed';
  notices: NoticeRow[];
  fault: ReturnType<typeof clientFault>;
}

const initial: HomeData = {
  signedIn: false,
  greeting: greeting(),
  name: '',
  initial: '',
  department: '',
  isAdmin: false,
  state: 'loading',
  notices: [],
  fault: clientFault('HTTP_ERROR'),
};

Page({
  data: initial,

  onLoad() {
    safely(() => this.load());
  },

  onShow() {
    shows(HOME);
    this.setData({
      greeting: greeting(),
      notices: withReadMarks(this.data.notices),
    });
  },

  onPullDownRefresh() {
    safely(async () => {
      await this.load();
      stopPullDownRefresh();
    });
  },

  async load(): Promise<void> {
    const session = await requireSession(HOME);
    if (session === null) return;
    const { name, department, role } = session.user;
    this.setData({
      signedIn: true,
      name,
      initial: lastCharacter(name),
      department: department || '暂无部门信息',
      isAdmin: role === 'ADMIN',
    });
    const answer = await listNotices(null, LATEST);
    if (answer.ok) {
      const notices = toRows(answer.data.items);
      this.setData({ notices, state: notices.length === 0 ? 'empty' : 'ready' });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // What is on the screen is better than nothing: it stays when a refresh fails.
    if (this.data.state === 'ready') toast(`${fault.message}，列表没有刷新`, 'fail');
    else this.setData({ fault, state: 'failed' });
  },

  reload() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },

  openNotice(id: string) {
    navigateTo(`/pages/notice/index?id=${encodeURIComponent(id)}`);
  },

  openAll() {
    switchTab(NOTICES);
  },
});
