import { toast } from '../../services/dd.ts';
import { follow, queryValue, safely } from '../../services/navigation.ts';
import { signInAgain } from '../../services/session.ts';
import { reasonText } from './reasons.ts';

Page({
  data: { ...reasonText(''), reason: '', busy: false },

  onLoad(query) {
    const reason = queryValue(query, 'reason');
    this.setData({ reason, ...reasonText(reason) });
  },

  signInAgain() {
    if (this.data.busy) return;
    this.setData({ busy: true });
    safely(async () => {
      const outcome = await signInAgain();
      if (outcome.state === 'no-permission') {
        // Still on this page: shows that the button has worked.
        this.setData({ busy: false, reason: outcome.reason, ...reasonText(outcome.reason) });
        toast('仍然没有权限');
      } else {
        follow(outcome);
      }
    });
  },
});
