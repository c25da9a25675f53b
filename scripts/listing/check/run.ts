import { mayBeExcused } from '../facts/statements.ts';
import { type Context, howOf, type Rule } from '../rule.ts';
import { stageOf } from '../stage.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import {
  type CheckReport,
  isOpen,
  isSettled,
  type ResultState,
  type RuleResult,
  stateWords,
} from './report.ts';

export interface RunOptions {
  /** For one rule, in milliseconds. */
  timeoutMs?: number;
  rehearsal?: readonly string[];
  /** Whether `rules` are not all of them. */
  partial?: boolean;
  /** Called as each rule ends. */
  progress?: (done: number, total: number) => unknown;
  clock?: () => number;
}

/** Runs the rules side by side. */
export async function runRules(
  rules: readonly Rule[],
  context: Context,
  options: RunOptions = {},
): Promise<CheckReport> {
  const { timeoutMs, rehearsal = [], partial = false, progress, clock = Date.now } = options;
  const startedAt = new Date(clock()).toISOString();
  let done = 0;
  const results = await Promise.all(
    rules.map(async (rule) => {
      const outcome = await outcomeOf(rule, context, timeoutMs);
      done += 1;
      progress?.(done, rules.length);
      return resultOf(rule, outcome, context);
    }),
  );
  const totals = Object.fromEntries(
    (Object.keys(stateWords) as ResultState[]).map((state) => [
      state,
      results.filter((result) => result.state === state).length,
    ]),
  ) as Record<ResultState, number>;
  const open = results.filter(isOpen);
  return {
    app: context.listing.app.name,
    domain: context.listing.domain.name,
    stage: stageOf(context.listing),
    startedAt,
    finishedAt: new Date(clock()).toISOString(),
    rehearsal,
    partial,
    results,
    totals,
    open: open.map(({ id }) => id),
    passed: open.length === 0,
  };
}

export function resultOf(rule: Rule, outcome: Outcome, { listing }: Pick<Context, 'listing'>): RuleResult {
  const { id, section, kind, title, sentence, after = null } = rule;
  const { state, detail, evidence, facts = [] } = outcome;
  return {
    id,
    section,
    kind,
    title,
    sentence,
    how: howOf(rule),
    after,
    state,
    detail,
    evidence,
    facts,
    remedy: isSettled(state) ? '' : (outcome.remedy ?? rule.remedy),
    excused: !isSettled(state) && mayBeExcused(rule) && listing.exceptions[id] !== undefined,
  };
}
