import { createInterface } from 'node:readline/promises';
import { createContext } from '../check/context.ts';
import { checkPage } from '../check/html-report.ts';
import { runRules } from '../check/run.ts';
import { listingFile } from '../listing-file.ts';
import { rules } from '../rules/index.ts';
import { type ListingRequest, readRequest, usage } from './arguments.ts';
import { askForMissing } from './ask.ts';
import type { Missing } from './material.ts';
import { describeListing, type ListingResult, writeListing } from './run.ts';

/**
 * @param timeoutMs how long an answer of the app may take, in milliseconds.
 * @returns the exit code.
 * @throws StartFailure with what a person can do.
 */
export async function main(args: readonly string[], timeoutMs?: number): Promise<number> {
  const request = readRequest(args);
  if (request === null) {
    console.log(usage);
    return 0;
  }
  let result = await build(request, timeoutMs);
  const facts = result.missing.filter(({ fact }) => fact !== null);
  const canAsk = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (canAsk && facts.length > 0 && (await askInTerminal(facts)) > 0)
    result = await build(request, timeoutMs);
  console.log(describeListing(result));
  return result.missing.length === 0 ? 0 : 1;
}

/** @returns how many facts were answered. */
async function askInTerminal(facts: readonly Missing[]): Promise<number> {
  console.log(
    `还有 ${facts.length} 项没有填。现在可以填，答案写进 ${listingFile}；回车跳过，Ctrl-D 不再问。`,
  );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    // After Ctrl-D or Ctrl-C a question would wait for ever: what is left is skipped.
    return await askForMissing(listingFile, facts, (question) =>
      closed.signal.aborted
        ? Promise.resolve('')
        : terminal.question(question, { signal: closed.signal }).catch(() => ''),
    );
  } finally {
    terminal.close();
  }
}

async function build(request: ListingRequest, timeoutMs?: number): Promise<ListingResult> {
  console.log('正在体检……');
  const context = await createContext(request, timeoutMs);
  const report = await runRules(rules, context, { rehearsal: request.rehearsal });
  return writeListing(
    context,
    { report, html: checkPage(report), json: `${JSON.stringify(report, null, 2)}\n` },
    request.out,
  );
}
