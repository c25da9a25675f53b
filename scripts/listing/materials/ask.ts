import { readFile, writeFile } from 'node:fs/promises';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { factAt } from '../facts/facts.ts';
import { parseListing } from '../listing-file.ts';
import { type FactValue, updateListing } from '../listing-template.ts';
import { type FactKind, kindOfFact } from './fact-kind.ts';
import type { Missing } from './material.ts';

/** Shows a question, gives the line that was typed. */
export type Ask = (question: string) => Promise<string>;

/**
 * Asks a person for the facts that are missing, and writes each answer into listing.yaml at once, beside the
 * comments that stand there. Enter leaves a fact open.
 *
 * @returns how many were answered.
 */
export async function askForMissing(file: string, missing: readonly Missing[], ask: Ask): Promise<number> {
  let answered = 0;
  for (const { fact, title, example } of missing) {
    if (fact === null) continue;
    const kind = kindOfFact(fact);
    const shown = example ?? factAt(fact).example;
    let problem = '';
    for (;;) {
      const typed = (await ask(`${problem}${title}${hint(kind)}\n  例如 ${shown}（回车跳过）：`)).trim();
      if (typed === '') break;
      problem = (await store(file, fact, answerOf(kind, typed))) ?? '';
      if (problem === '') {
        answered += 1;
        break;
      }
    }
  }
  return answered;
}

function hint(kind: FactKind): string {
  if (kind === 'boolean') return '（是 / 否）';
  return typeof kind === 'object' ? `（${kind.words.join(' / ')}）` : '';
}

/** What was typed, as it belongs into the file; what cannot be understood goes in as it is, to be refused there. */
function answerOf(kind: FactKind, typed: string): FactValue {
  if (kind === 'boolean') {
    if (/^(?:是|y|yes|true)$/i.test(typed)) return true;
    return /^(?:否|n|no|false)$/i.test(typed) ? false : typed;
  }
  if (kind === 'integer') return /^\d+$/.test(typed) ? Number(typed) : typed;
  const parts = typed.split(/[,，、\s]+/).filter((part) => part !== '');
  if (kind === 'texts') return parts;
  if (typeof kind === 'object') return kind.many ? parts : typed;
  if (kind !== 'endpoints') return typed;
  return parts.map((part) => {
    const at = part.lastIndexOf(':');
    return { host: part.slice(0, at), port: Number(part.slice(at + 1)) };
  });
}

/** @returns what is wrong with the answer, in Chinese; null once it stands in the file. */
async function store(file: string, fact: string, value: FactValue): Promise<string | null> {
  const text = updateListing(await readFile(file, 'utf8'), { [fact]: value });
  try {
    parseListing(text, file);
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return `这样写不对，请再试一次。\n`;
  }
  await writeFile(file, text);
  return null;
}
