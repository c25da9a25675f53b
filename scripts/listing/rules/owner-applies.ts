import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 3: 「须由业主单位发起上架申请」: the owner is somebody else than the vendor, and can be reached. */
export const ownerApplies: Rule = {
  id: 'owner-applies',
  section: '3',
  title: '上架申请由业主单位发起，不由服务商发起。',
  severity: 'must',
  how: '看 listing.yaml 的业主单位与服务商：都填了，而且不是同一个。',
  remedy: '请业主单位确定经办处室和联系人，填进 listing.yaml 的 owner；owner 不能是服务商自己。',
  async check({ listing }) {
    const asking = askForFacts(listing, [
      'owner.organisation',
      'owner.office',
      'owner.contact',
      'owner.phone',
      'vendor.organisation',
    ]);
    if (asking !== null) return asking;
    const { owner, vendor } = listing;
    return owner.organisation?.trim() === vendor.organisation?.trim()
      ? fail(`业主单位和服务商写的是同一个：${owner.organisation}。`)
      : pass(`由${owner.organisation}${owner.office}发起，联系人${owner.contact}。`);
  },
};
