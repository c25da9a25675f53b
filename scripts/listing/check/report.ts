import type { Stage } from '../listing.ts';
import type { Kind, Rule, SectionId, State } from '../rule.ts';

/** `fault`: the rule itself failed (an exception, or no end in time); the app may be right or wrong. */
export type ResultState = State | 'fault';

/** The result of one rule. */
export interface RuleResult {
  id: string;
  section: SectionId;
  kind: Kind;
  title: string;
  /** The guide's own words; null where it says nothing. */
  sentence: string | null;
  how: string;
  /** What must be done before the rule can be checked; null: nothing. */
  after: NonNullable<Rule['after']> | null;
  state: ResultState;
  detail: string;
  evidence: readonly string[];
  /** The missing facts of listing.yaml. */
  facts: readonly string[];
  /** What to do about it; empty where it is met. */
  remedy: string;
  /** Whether the owner explains it in a 情况说明 (`exceptions` of listing.yaml), where one is allowed. */
  excused: boolean;
}

/** `listing/check/report.json`. */
export interface CheckReport {
  /** The app's name; null while listing.yaml has none. */
  app: string | null;
  /** The app's domain; null while listing.yaml has none. */
  domain: string | null;
  stage: Stage;
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  /** Replacements of the real network or roots; a report with any of them is no material for a listing. */
  rehearsal: readonly string[];
  /** Whether only some rules were asked for. */
  partial: boolean;
  results: readonly RuleResult[];
  totals: Readonly<Record<ResultState, number>>;
  /** The rules that block a listing: not met or not known, and not explained in a letter. */
  open: readonly string[];
  /** Whether no rule blocks the listing. */
  passed: boolean;
}

/** Chinese words of the states, in the order of a summary. */
export const stateWords: Readonly<Record<ResultState, string>> = {
  fail: '不通过',
  fault: '体检出错',
  question: '待回答',
  unknown: '没查成',
  pass: '通过',
  'not-applicable': '不适用',
};

export const kindWords: Readonly<Record<Kind, string>> = {
  forbidden: '不可豁免',
  required: '指南要求',
  own: '工程自查',
};

/** Whether a rule is met, or is about something that the app does not have. */
export const isSettled = (state: ResultState): boolean => state === 'pass' || state === 'not-applicable';

/** Whether a result blocks a listing. */
export const isOpen = ({ kind, state, excused }: Pick<RuleResult, 'kind' | 'state' | 'excused'>): boolean =>
  kind !== 'own' && !isSettled(state) && !excused;

/** Where `npm run check` leaves its reports. */
export const reportFolder = 'listing/check';
export const reportFiles = { json: 'report.json', html: '体检报告.html' } as const;
