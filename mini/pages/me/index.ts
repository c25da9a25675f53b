import type { MeResponse, RoleName, SessionUser } from '../../../server/contract/auth.ts';
import { confirm, navigateTo, toast } from '../../services/dd.ts';
import { call } from '../../services/http.ts';
import { faultInPlace, leave, ME, requireSession, safely, shows } from '../../services/navigation.ts';
import { getOwnPassword, isOurs, oneTimeText } from '../../services/password.ts';
import { signOut, updateUser } from '../../services/session.ts';
import { chooseTypeSize, watchTypeSize } from '../../services/type-size.ts';
import { ownFacts, questions, type TypeSize, typeSizes, words } from '../../services/words.ts';
import { version } from '../../version.ts';

const roles: Record<RoleName, string> = { USER: '普通用户', ADMIN: '管理员', AUDITOR: '审计员' };

interface MeData {
  loaded: boolean;
  busy: boolean;
  words: typeof words;
  rows: { label: string; value: string }[];
  note: string;
  /** Whether there is a password to change here. */
  hasPassword: boolean;
  /** Asks to change a one-time password. */
  oneTime: string;
  typeSizes: typeof typeSizes;
  typeSize: TypeSize;
}

const initial: MeData = {
  loaded: false,
  busy: false,
  words,
  rows: [],
  note: '',
  hasPassword: false,
  oneTime: '',
  typeSizes,
  typeSize: '1',
};

Page({
  data: initial,

  onLoad() {
    watchTypeSize(this, (typeSize) => this.setData({ typeSize }));
    safely(() => this.load());
  },

  onUnload() {
    watchTypeSize(this, null);
  },

  /** After another page the password may have changed. */
  onShow() {
    shows(ME);
    if (this.data.loaded) safely(() => this.loadPassword());
  },

  /** Shows the stored data at once; the server's data replaces it. */
  async load(): Promise<void> {
    const session = await requireSession(ME);
    if (session === null) return;
    this.show(session.user);
    const answer = await call<MeResponse>({ method: 'GET', path: '/api/me', holds: 'user' });
    if (answer.ok) {
      this.show(answer.data.user);
      this.setData({ note: '' });
      await updateUser(answer.data.user);
      await this.loadPassword();
      return;
    }
    const fault = faultInPlace(answer);
    if (fault !== null) this.setData({ note: `${fault.message}，显示的是上次的资料。` });
  },

  /** After a fault the page stays as it is: the password is not needed to use the app. */
  async loadPassword(): Promise<void> {
    const answer = await getOwnPassword();
    if (answer.ok) this.setData({ hasPassword: isOurs(answer.data), oneTime: oneTimeText(answer.data) });
  },

  show(user: SessionUser): void {
    this.setData({
      loaded: true,
      rows: [...ownFacts(user, roles[user.role] || '普通用户'), { label: '版本', value: version }],
    });
  },

  chooseSize(event: { currentTarget: { dataset: { size: TypeSize } } }) {
    chooseTypeSize(event.currentTarget.dataset.size);
  },

  openPassword() {
    navigateTo('/pages/password/index');
  },

  openSessions() {
    navigateTo('/pages/sessions/index');
  },

  signOut() {
    if (this.data.busy) return;
    safely(async () => {
      const { title, body, action } = questions.signOut;
      const agreed = await confirm(title, body, action);
      if (!agreed || this.data.busy) return;
      this.setData({ busy: true });
      const everywhere = await signOut();
      if (!everywhere) toast('已在本机退出；服务端的登录会到期自动失效');
      leave();
    });
  },
});
