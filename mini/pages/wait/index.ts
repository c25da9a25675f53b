import { waitText } from '../../services/format.ts';
import { follow, safely } from '../../services/navigation.ts';
import { ensureSession } from '../../services/session.ts';

/** The interval of the countdown, in milliseconds; the server is only asked at the time that it named. */
const LOOK_EVERY = 1_000;

/** Waits in line until the person's turn, then opens the page that they wanted. */
Page({
  data: { left: '' },
  timer: 0,
  looking: false,
  gone: false,

  onShow() {
    safely(() => this.look());
  },

  onUnload() {
    this.gone = true;
    clearTimeout(this.timer);
  },

  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    clearTimeout(this.timer);
    const outcome = await ensureSession();
    this.looking = false;
    if (this.gone) return;
    if (outcome.state !== 'waiting') {
      follow(outcome);
      return;
    }
    const seconds = (outcome.expectedAt - Date.now()) / 1000;
    this.setData({ left: seconds > 1 ? `大约还要 ${waitText(seconds)}` : '马上就轮到您了' });
    this.timer = setTimeout(() => safely(() => this.look()), LOOK_EVERY);
  },
});
