import type { SectionId, Severity, State } from '../rule.ts';

/** `fault`: the rule itself broke (an exception, or no end in time), which says nothing of the app. */
export type ResultState = State | 'fault';

/** What one rule came to. */
export interface RuleResult {
  id: string;
  section: SectionId;
  title: string;
  severity: Severity;
  how: string;
  state: ResultState;
  detail: string;
  evidence: readonly string[];
  /** What to do about it; empty where it is met. */
  remedy: string;
  /** Whether listing.yaml holds a 情况说明 for it (`exceptions`). */
  excused: boolean;
}

/** `listing/check/report.json`. */
export interface CheckReport {
  /** The app's name; null while listing.yaml has none. */
  app: string | null;
  /** The app's domain; null while listing.yaml has none. */
  domain: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  /** What stood in for the real network or the real roots; a report with any of it is no material for a listing. */
  rehearsal: readonly string[];
  /** Whether only some rules were asked for. */
  partial: boolean;
  results: readonly RuleResult[];
  totals: Readonly<Record<ResultState, number>>;
  /** The rules that are in the way of a listing: each a `must` that is not met or not known to be. */
  open: readonly string[];
  /** Whether nothing is in the way. */
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

export const severityWords: Readonly<Record<Severity, string>> = { must: '必须', should: '建议' };

/** Whether a rule is met, or is about something that the app does not have. */
export const isSettled = (state: ResultState): boolean => state === 'pass' || state === 'not-applicable';

/** Where `npm run check` leaves its reports. */
export const reportFolder = 'listing/check';
export const reportFiles = { json: 'report.json', html: '体检报告.html' } as const;

/** `2026-11-24 09:05` in China. */
export function localTime(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
