import { createInterface } from 'node:readline/promises';
import type { FormQuestion } from './questions.ts';

/** Shows a question. @returns the typed line; null where the terminal was closed */
export type Ask = (question: string) => Promise<string | null>;

/** @returns the work's result; null without a terminal, where no person can be asked. */
export async function askedInTerminal<T>(work: (ask: Ask) => Promise<T>): Promise<T | null> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    return await work((question) =>
      closed.signal.aborted
        ? Promise.resolve(null)
        : terminal.question(question, { signal: closed.signal }).catch(() => null),
    );
  } finally {
    terminal.close();
  }
}

/**
 * Asks one question until its answer is accepted.
 *
 * @param about.known what Enter keeps; null: nothing is known yet.
 * @param about.left how many questions come after it.
 * @param accept takes the typed line, empty for Enter. It returns null to accept it, or what was expected instead.
 * @returns false where the person has ended the questions.
 */
export async function askOne(
  { ask, tell }: { ask: Ask; tell: (line: string) => void },
  { title, choices, many, example }: FormQuestion,
  { known, left }: { known: string | null; left: number },
  accept: (typed: string) => Promise<string | null>,
): Promise<boolean> {
  tell(`\n${title}${left > 0 ? `（后面还有 ${left} 项）` : ''}`);
  if (choices.length > 0) {
    const shown = choices.map(({ word }, at) => `${at + 1} ${word}`).join('   ');
    tell(`  ${shown}${many ? '   （几个都要的用逗号隔开，如 1,2）' : ''}`);
  }
  for (;;) {
    const typed = await ask(known === null ? `  例如 ${example}：` : `  现在是 ${known}，回车保留：`);
    if (typed === null) return false;
    const expected = await accept(typed.trim());
    if (expected === null) return true;
    tell(`  ${expected}`);
  }
}
