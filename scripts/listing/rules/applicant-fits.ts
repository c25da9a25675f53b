import { classificationFacts, classify } from '../facts/classification.ts';
import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

const names = { owner: '业主单位', 'big-data-bureau': '所在地大数据局' } as const;

/** Guide 3: 「须由业主单位发起上架申请」; 4: 「凡是使用范围超出本单位，权限范围超出本单位，可以由所在地大数据局代为发起申请」. */
export const applicantFits: Rule = {
  id: 'applicant-fits',
  section: '4',
  title: '由业主单位发起申请；只有使用范围或权限超出本单位的，才可以由所在地大数据局代为发起。',
  severity: 'must',
  how: '比较 listing.yaml 的 scope.applicant 与使用范围、权限。',
  remedy: '与所在地大数据局商定由谁发起，改正 listing.yaml 的 scope.applicant。',
  async check({ listing }) {
    const asking = askForFacts(listing, [...classificationFacts, 'scope.applicant']);
    const { applicant } = listing.scope;
    const found = classify(listing);
    if (asking !== null || applicant === null || found === null) {
      return asking ?? fail('还不能判定由谁发起。');
    }
    if (!found.applicants.includes(applicant)) {
      return fail(`应由业主单位发起，listing.yaml 写的是${names[applicant]}。`, found.reasons);
    }
    const also = applicant === 'owner' && found.applicants.length > 1;
    return pass(`由${names[applicant]}发起。${also ? '也可以请所在地大数据局代为发起。' : ''}`);
  },
};
