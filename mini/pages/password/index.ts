import type { OwnPassword, PasswordState } from '../../../server/contract/auth.ts';
import { switchTab, toast } from '../../services/dd.ts';
import { clientFault, type Fault } from '../../services/faults.ts';
import { faultInPlace, ME, requireSession, safely } from '../../services/navigation.ts';
import { changePassword, getOwnPassword, isOurs, oneTimeText } from '../../services/password.ts';
import { sessionEnded } from '../../services/session.ts';
import { changeRejectionText } from './rejection.ts';

interface InputEvent {
  detail: { value: string };
}

interface PasswordData {
  state: 'loading' | 'ready' | 'none' | 'failed';
  /** Asks to change a one-time password; empty for another password. */
  oneTime: string;
  /** Why there is no password to change. */
  none: string;
  current: string;
  first: string;
  second: string;
  submitting: boolean;
  message: string;
  /** Why the change failed. */
  formFault: Fault | null;
  fault: Fault;
}

const initial: PasswordData = {
  state: 'loading',
  oneTime: '',
  none: '',
  current: '',
  first: '',
  second: '',
  submitting: false,
  message: '',
  formFault: null,
  fault: clientFault('HTTP_ERROR'),
};

const nothingHere: Partial<Record<PasswordState, string>> = {
  none: '您的账号没有密码，打开应用就会自动登录。',
  elsewhere: '您的密码不在本系统里保存，请到原来的账号系统修改。',
};

Page({
  data: initial,

  onLoad() {
    safely(() => this.load());
  },

  async load(): Promise<void> {
    if ((await requireSession('/pages/password/index')) === null) return;
    const answer = await getOwnPassword();
    if (answer.ok) {
      this.show(answer.data);
      return;
    }
    const fault = faultInPlace(answer);
    if (fault !== null) this.setData({ fault, state: 'failed' });
  },

  show(password: OwnPassword): void {
    if (isOurs(password)) this.setData({ state: 'ready', oneTime: oneTimeText(password) });
    else this.setData({ state: 'none', none: nothingHere[password.state] || '' });
  },

  retry() {
    this.setData({ state: 'loading' });
    safely(() => this.load());
  },

  onCurrent(event: InputEvent) {
    this.setData({ current: event.detail.value });
  },

  onFirst(event: InputEvent) {
    this.setData({ first: event.detail.value });
  },

  onSecond(event: InputEvent) {
    this.setData({ second: event.detail.value });
  },

  submit() {
    const { current, first, second, submitting } = this.data;
    if (submitting) return;
    const missing = current === '' || first === '';
    if (missing || first !== second) {
      const message = missing ? '请输入当前密码和新密码。' : '两次输入的新密码不一样，请检查。';
      this.setData({ message, formFault: null });
      return;
    }
    this.setData({ submitting: true, message: '', formFault: null });
    safely(async () => {
      const answer = await changePassword({ currentPassword: current, newPassword: first });
      if (!answer.ok) {
        const fault = faultInPlace(answer);
        if (fault !== null) this.showFault(fault);
      } else if (answer.data.outcome === 'password-rejected') {
        this.setData({ submitting: false, message: changeRejectionText(answer.data) });
      } else {
        await this.signInAnew();
      }
    });
  },

  showFault(fault: Fault): void {
    // Without an answer the change may have succeeded: then the next try needs the new password as the current one.
    const unsure = fault.status === null ? '密码也可能已经改好：再试时提示当前密码不对，就请用新密码。' : '';
    this.setData({
      submitting: false,
      message: `${fault.message}。${fault.advice}${unsure}`,
      formFault: fault,
    });
  },

  /** All sessions have ended; the platform can still sign the person in. */
  async signInAnew(): Promise<void> {
    await sessionEnded();
    if ((await requireSession(ME)) === null) return;
    toast('密码已修改', 'success');
    switchTab(ME);
  },
});
