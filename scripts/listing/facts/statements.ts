import { outcomeOf } from '../check/outcome.ts';
import { isSettled } from '../check/report.ts';
import type { Context, Rule } from '../rule.ts';

/** The exceptions of listing.yaml (情况说明) by the state of their rules; ids in the file's order. */
export interface Statements {
  /** Exceptions of rules that are not met: each needs its letter. */
  needed: string[];
  /** Exceptions of rules that are met by now, or never need a letter. */
  unneeded: string[];
  /** Exceptions of no rule, or of a rule that no letter can excuse. */
  wrong: string[];
}

/** Whether the owner may explain in a letter that a rule is not met. */
export const mayBeExcused = ({ kind, section }: Rule): boolean =>
  kind === 'required' && section !== 'statement';

/** Looks at the rules that have an exception. */
export async function statementsOf(context: Context): Promise<Statements> {
  const found: Statements = { needed: [], unneeded: [], wrong: [] };
  for (const id of Object.keys(context.listing.exceptions)) {
    const rule = context.rules.find((one) => one.id === id);
    if (rule?.kind === 'own') found.unneeded.push(id);
    else if (rule === undefined || !mayBeExcused(rule)) found.wrong.push(id);
    else found[isSettled((await outcomeOf(rule, context)).state) ? 'unneeded' : 'needed'].push(id);
  }
  return found;
}
