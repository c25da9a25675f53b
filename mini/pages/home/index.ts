import { navigateTo, stopPullDownRefresh, switchTab, toast } from '../../services/dd.ts';
import { clientFault } from '../../services/faults.ts';
import { greeting, lastCharacter } from '../../services/format.ts';
import { faultInPlace, HOME, NOTICES, requireSession, safely, shows } from '../../services/navigation.ts';
import { listNotices, type NoticeRow, toRows, withReadMarks } from '../../services/notices.ts';

// without notices: import type { MeResponse } from '../../../server/contract/auth.ts';
// without notices: import { call } from '../../services/http.ts';

const LATEST = 3; // part: notices

interface HomeData {
  signedIn: boolean;
  greeting: string;
  name: string;
  /** The last character of the name, instead of a picture. */
  initial: string;
  department: string;
  isAdmin: boolean;
  state: 'loading' | 'ready' | 'failed';
  notices: NoticeRow[]; // part: notices
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
  notices: [], // part: notices
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
      notices: withReadMarks(this.data.notices), // part: notices
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
    const answer = await listNotices(null, LATEST); // part: notices
    // without notices: const answer = await call<MeResponse>({ method: 'GET', path: '/api/me', holds: 'user' });
    if (answer.ok) {
      this.setData({
        notices: toRows(answer.data.items), // part: notices
        state: 'ready',
      });
      return;
    }
    const fault = faultInPlace(answer);
    if (fault === null) return;
    // After a failed refresh the old content stays.
    if (this.data.state === 'ready') toast(`${fault.message}，内容没有刷新`, 'fail');
    else this.setData({ fault, state: 'failed' });
  },

  reload() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },

  // part: notices
  openNotice(id: string) {
    navigateTo(`/pages/notice/index?id=${encodeURIComponent(id)}`);
  },

  // part: notices
  openAll() {
    switchTab(NOTICES);
  },
});
