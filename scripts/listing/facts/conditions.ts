import { type Context, type Finding, notApplicable, type Rule } from '../rule.ts';
import { classificationFacts, classify } from './classification.ts';
import { askForFacts } from './facts.ts';
import { statementsOf } from './statements.ts';

/** Whether a rule is about this app: a finding that ends the check, or null to go on. */
export type Condition = (context: Context) => Finding | null | Promise<Finding | null>;

/** A rule that is only about some apps. */
export function onlyFor(condition: Condition, rule: Rule): Rule {
  return {
    ...rule,
    check: async (context, signal) => (await condition(context)) ?? rule.check(context, signal),
  };
}

export const superExecutivesUseIt: Condition = ({ listing }) =>
  askForFacts(listing, ['scope.superExecutives']) ??
  (listing.scope.superExecutives === true ? null : notApplicable('本应用不对超级高管开放。'));

export const isUnified: Condition = ({ listing }) =>
  askForFacts(listing, classificationFacts) ??
  (classify(listing)?.kind === 'unified' ? null : notApplicable('本应用是自建应用。'));

export const isMiniProgram: Condition = ({ listing }) =>
  askForFacts(listing, ['app.forms']) ??
  (listing.app.forms?.includes('miniprogram') === true ? null : notApplicable('本应用没有小程序形态。'));

export const isH5: Condition = ({ listing }) =>
  askForFacts(listing, ['app.forms']) ??
  (listing.app.forms?.includes('h5') === true ? null : notApplicable('本应用没有 H5 形态。'));

export const isOnZhezhengding: Condition = ({ listing }) =>
  askForFacts(listing, ['app.platform']) ??
  (listing.app.platform === 'zhezhengding' ? null : notApplicable('本应用只用钉钉标准接口。'));

/** Whether a rule that is not met has its exception: one whose rule is met by now asks for no letter. */
export const needsStatements: Condition = async (context) => {
  const { needed } = await statementsOf(context);
  return needed.length > 0 ? null : notApplicable('没有需要写情况说明的问题。');
};
