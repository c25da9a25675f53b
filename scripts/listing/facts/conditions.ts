import type { Listing } from '../listing.ts';
import { type Condition, type Finding, notApplicable } from '../rule.ts';
import { stageOf } from '../stage.ts';
import { classificationFacts, classify } from './classification.ts';
import { askForFacts } from './facts.ts';

interface Meaning {
  /** Facts that the condition depends on. */
  facts: readonly string[];
  holds(listing: Listing): boolean;
  /** The text for an app for which the condition does not hold. */
  otherwise: string;
}

const form = (name: 'miniprogram' | 'h5', otherwise: string): Meaning => ({
  facts: ['app.forms'],
  holds: (listing) => listing.app.forms?.includes(name) === true,
  otherwise,
});

const meanings: Readonly<Record<Condition, Meaning>> = {
  approved: {
    facts: [],
    holds: (listing) => stageOf(listing) === '审批后',
    otherwise: '审批通过后再查。',
  },
  mini: form('miniprogram', '本应用没有小程序形态。'),
  h5: form('h5', '本应用没有 H5 形态。'),
  dingtalk: {
    facts: ['app.platform'],
    holds: (listing) => listing.app.platform === 'dingtalk',
    otherwise: '浙政钉上没有这一项。',
  },
  zhezhengding: {
    facts: ['app.platform'],
    holds: (listing) => listing.app.platform === 'zhezhengding',
    otherwise: '本应用只用钉钉标准接口。',
  },
  unified: {
    facts: classificationFacts,
    holds: (listing) => classify(listing)?.kind === 'unified',
    otherwise: '本应用是自建应用。',
  },
  executives: {
    facts: ['scope.superExecutives'],
    holds: (listing) => listing.scope.superExecutives === true,
    otherwise: '本应用不对超级高管开放。',
  },
};

/** @returns the finding that ends a rule's check: it is about another app, or a fact is missing; null to go on. */
export function outside(conditions: readonly Condition[], listing: Listing): Finding | null {
  for (const name of conditions) {
    const { facts, holds, otherwise } = meanings[name];
    const asking = askForFacts(listing, facts);
    if (asking !== null) return asking;
    if (!holds(listing)) return notApplicable(otherwise);
  }
  return null;
}
