import { askForFacts } from '../facts/facts.ts';
import { fail, notApplicable, pass, type Rule } from '../rule.ts';

/** Guide, 开发应用: 「小程序暂不支持 PC 端部署，如果您的应用必须要在 PC 端上使用，可暂时使用微应用开发方式」. */
export const pcNeedsH5: Rule = {
  id: 'pc-needs-h5',
  section: 'development',
  title: '要在 PC 端使用的应用，要有 H5 微应用形态；小程序不支持 PC 端。',
  severity: 'must',
  how: '比较 listing.yaml 的 app.pc 与 app.forms。',
  remedy: '要在 PC 端用，就打开 H5 入口，并在 app.forms 里加上 h5；不用就把 app.pc 改成 false。',
  async check({ listing }) {
    const asking = askForFacts(listing, ['app.pc', 'app.forms']);
    if (asking !== null) return asking;
    if (listing.app.pc !== true) return notApplicable('不在 PC 端使用。');
    return listing.app.forms?.includes('h5') === true
      ? pass('PC 端用 H5 微应用。')
      : fail('要在 PC 端使用，但应用形态里没有 h5。', [`app.forms 是 ${listing.app.forms?.join('、')}`]);
  },
};
