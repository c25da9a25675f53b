import { askForFacts } from '../facts/facts.ts';
import { answered, pass, type Question, type Rule } from '../rule.ts';

const asked: Question = {
  ask: 'H5 的灰度发布是否已实现，或已确定不灰度（在 note 里写怎样做）？',
  evidence: null,
};

/** Guide, 开发应用: 「灰度发布：小程序由钉钉提供，H5 微应用需要自己实现」. */
export const grayRelease: Rule = {
  id: 'gray-release',
  section: 'development',
  title: '灰度发布：小程序用钉钉提供的，H5 微应用自己实现。',
  severity: 'should',
  how: '看 listing.yaml 的 app.forms；有 H5 的回答 answers.gray-release。',
  remedy: '小程序在开发者后台的版本管理里设灰度；H5 在网关上按人或按实例分流，或写明直接全量。',
  question: asked,
  async check(context) {
    const asking = askForFacts(context.listing, ['app.forms']);
    if (asking !== null) return asking;
    return context.listing.app.forms?.includes('h5') === true
      ? answered(context, grayRelease.id, asked)
      : pass('小程序的灰度发布由钉钉提供。');
  },
};
