import { toast } from '../../services/dd.ts';
import { longTime } from '../../services/format.ts';
import { currentTrouble, follow, safely, troubleIsOpen } from '../../services/navigation.ts';
import { ensureSession } from '../../services/session.ts';

Page({
  data: { fault: currentTrouble(), time: '', busy: false },

  onLoad() {
    troubleIsOpen(true);
    this.setData({ fault: currentTrouble(), time: longTime(new Date().toISOString()) });
  },

  onUnload() {
    troubleIsOpen(false);
  },

  /** Signs in if needed, then opens the page that the person wanted. */
  retry() {
    if (this.data.busy) return;
    this.setData({ busy: true });
    safely(async () => {
      const outcome = await ensureSession();
      if (outcome.state === 'trouble') {
        this.setData({ fault: outcome.fault, time: longTime(new Date().toISOString()), busy: false });
        toast('还是不行，请稍后再试', 'fail');
      } else {
        follow(outcome);
      }
    });
  },
});
