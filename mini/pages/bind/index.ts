import type { BindRejected } from '../../../server/contract/auth.ts';
import type { Fault } from '../../services/faults.ts';
import { follow, safely } from '../../services/navigation.ts';
import { bind, personToBind, signInAgain } from '../../services/session.ts';
import { lockedText } from '../../services/words.ts';
import { rejectionText } from './rejection.ts';

interface InputEvent {
  detail: { value: string };
}

interface BindData {
  personName: string;
  username: string;
  password: string;
  submitting: boolean;
  message: string;
  fault: Fault | null;
  /** The ticket is void: only a new sign-in helps. */
  needsSignIn: boolean;
  /** Seconds until the lock ends. */
  waitSeconds: number;
}

const initial: BindData = {
  personName: '',
  username: '',
  password: '',
  submitting: false,
  message: '',
  fault: null,
  needsSignIn: false,
  waitSeconds: 0,
};

let timer = 0;

Page({
  data: initial,

  onLoad() {
    const personName = personToBind();
    if (personName !== null) {
      this.setData({ personName });
      return;
    }
    // Opened by a link or restored by the container, without a ticket.
    this.setData({ submitting: true });
    this.renew();
  },

  onUnload() {
    clearTimeout(timer);
  },

  onUsername(event: InputEvent) {
    this.setData({ username: event.detail.value });
  },

  onPassword(event: InputEvent) {
    this.setData({ password: event.detail.value });
  },

  submit() {
    const { username, password, submitting, waitSeconds, needsSignIn } = this.data;
    if (submitting || waitSeconds > 0 || needsSignIn) return;
    if (username.trim() === '' || password === '') {
      this.setData({ message: '请输入用户名和密码。', fault: null });
      return;
    }
    this.setData({ submitting: true, message: '', fault: null });
    safely(async () => {
      const result = await bind(username.trim(), password);
      if (result.state === 'bind-rejected') {
        this.showRejection(result.rejection);
      } else if (result.state === 'trouble') {
        const { fault } = result;
        this.setData({ submitting: false, message: `${fault.message}。${fault.advice}`, fault });
      } else {
        follow(result);
      }
    });
  },

  showRejection(rejection: BindRejected): void {
    const wait = rejection.reason === 'LOCKED' ? rejection.retryAfterSeconds || 60 : 0;
    this.setData({
      submitting: false,
      // Clears the password; the user name is usually right.
      password: '',
      message: rejectionText(rejection),
      needsSignIn: rejection.reason === 'TICKET_EXPIRED' || rejection.reason === 'PERSON_ALREADY_BOUND',
      waitSeconds: wait,
    });
    if (wait > 0) this.countDown(Date.now() + wait * 1000);
  },

  /** Counts by the clock, because timers stop while the mini program is in the background. */
  countDown(until: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const waitSeconds = Math.ceil((until - Date.now()) / 1000);
      if (waitSeconds <= 0) {
        this.setData({ waitSeconds: 0, message: '可以再试了。' });
        return;
      }
      this.setData({ waitSeconds, message: lockedText(waitSeconds) });
      this.countDown(until);
    }, 1000);
  },

  signInAgain() {
    if (this.data.submitting) return;
    this.setData({ submitting: true, message: '', fault: null });
    this.renew();
  },

  renew(): void {
    safely(async () => {
      const outcome = await signInAgain();
      if (outcome.state === 'bind-required') {
        this.setData({ personName: outcome.personName, needsSignIn: false, submitting: false });
      } else {
        follow(outcome);
      }
    });
  },
});
