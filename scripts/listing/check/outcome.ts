import { outside } from '../facts/conditions.ts';
import { askForFacts } from '../facts/facts.ts';
import { answered, type Context, type Finding, type Rule } from '../rule.ts';
import type { ResultState } from './report.ts';

/** The outcome of a rule: its finding, or its own fault. */
export type Outcome = Omit<Finding, 'state'> & { state: ResultState };

const outcomes = new WeakMap<Context, Map<Rule, Promise<Outcome>>>();

/**
 * Runs a rule, once in each check, so that rules about other rules see what the report says. A rule that throws, or
 * does not end in time, gives the state `fault`; this function never throws.
 */
export function outcomeOf(rule: Rule, context: Context, timeoutMs = 60_000): Promise<Outcome> {
  const known = outcomes.get(context) ?? new Map<Rule, Promise<Outcome>>();
  outcomes.set(context, known);
  const outcome = known.get(rule) ?? run(rule, context, timeoutMs);
  known.set(rule, outcome);
  return outcome;
}

async function run(rule: Rule, context: Context, timeoutMs: number): Promise<Outcome> {
  const late = fault(
    `${timeoutMs / 1000} 秒内没有查完。`,
    '网络慢时再运行一次；总是这样，请报告给模板的维护者。',
  );
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, late);
  });
  try {
    return await Promise.race([look(rule, context), deadline]);
  } catch (error) {
    return fault(
      `规则自己出错了：${error instanceof Error ? error.message : String(error)}`,
      `这不是应用的问题。请检查 scripts/listing/rules 里的 ${rule.id}，或报告给模板的维护者。`,
      error instanceof Error
        ? (error.stack ?? '')
            .split('\n')
            .slice(1, 4)
            .map((line) => line.trim())
        : [],
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The finding of a rule: it is about another app, it lacks facts, or what its check finds. */
async function look(rule: Rule, context: Context): Promise<Finding> {
  const before = outside(rule.only ?? [], context.listing) ?? askForFacts(context.listing, rule.facts ?? []);
  if (before !== null) return before;
  const answer = async () => {
    if (rule.question === undefined) throw new Error('a rule without a question');
    return answered(context, rule.id, rule.question);
  };
  return rule.check === undefined ? answer() : rule.check(context, answer);
}

const fault = (detail: string, remedy: string, evidence: readonly string[] = []): Outcome => ({
  state: 'fault',
  detail,
  evidence,
  remedy,
});
