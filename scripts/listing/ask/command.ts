import { readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { listingFile, loadListing, parseListing } from '../listing-file.ts';
import { updateListing } from '../listing-template.ts';
import { rules } from '../rules/index.ts';
import { withAnswer } from './answer.ts';
import { type Ask, askedInTerminal, askOne } from './ask-one.ts';
import { currentAnswer, derived, type FormQuestion, formQuestions, openQuestions } from './questions.ts';

const usage = `用法：
  npm run listing ask              逐项问还没有填的，答案马上写进 ${listingFile}；回车跳过，Ctrl-D 停下，下次接着问
  npm run listing ask all          全部重新问一遍，回车保留原来的答案
  npm run listing ask 答案.yaml    从文件里读答案，一行一个：应用名称: 工单助手（不用终端）
没有终端时，列出还要填的，就是答案文件的样子。`;

/**
 * `npm run listing ask`: the form of a listing.
 *
 * @returns the exit code: 0 when nothing is left to answer.
 * @throws StartFailure in Chinese, with the usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [word, ...more] = args.filter((arg) => arg !== '--');
  if (word === '--help' || word === '-h') {
    console.log(usage);
    return 0;
  }
  if (more.length > 0 || word?.startsWith('-')) throw new StartFailure(usage);
  await loadListing();
  if (word !== undefined && word !== 'all') return takeAnswers(await readAnswers(word));
  return (await askedInTerminal((ask) => askAll(ask, word === 'all', console.log))) ?? listOpen();
}

/** Asks one question after the other; which one comes next depends on the answers. */
export async function askAll(ask: Ask, again: boolean, tell: (line: string) => void): Promise<number> {
  const done = new Set<string>();
  for (;;) {
    const listing = await loadListing();
    const all = again ? formQuestions(listing, rules) : openQuestions(listing, rules);
    const question = all.find(({ path }) => !done.has(path));
    if (question === undefined) break;
    done.add(question.path);
    const left = all.filter(({ path }) => !done.has(path)).length;
    const known = again ? currentAnswer(listing, question) : null;
    const accepted = await askOne({ ask, tell }, question, { known, left }, async (typed) => {
      if (typed === '') return null;
      const result = withAnswer(await readFile(listingFile, 'utf8'), question, typed);
      if ('expected' in result) return result.expected;
      await save(result.text);
      return null;
    });
    if (!accepted) break;
  }
  const open = openQuestions(await loadListing(), rules);
  tell(
    open.length === 0
      ? '都填好了。下一步：npm run check'
      : `还有 ${open.length} 项没有填，答过的都已存好。接着填：npm run listing ask`,
  );
  return open.length === 0 ? 0 : 1;
}

/** Writes a listing, with the facts that follow from its answers. */
async function save(text: string): Promise<void> {
  await writeFile(listingFile, updateListing(text, derived(parseListing(text))));
}

/** The name of a question in a file of answers: the last part of its title. Its path names it as well. */
export const nameOf = ({ title }: FormQuestion) => title.slice(title.indexOf('：') + 1);

/**
 * Takes answers by the names of their questions. A wrong answer is reported by its name; the others are taken.
 *
 * @returns the exit code: 0 when all were taken and nothing is left to answer.
 */
export async function takeAnswers(answers: Map<string, string>): Promise<number> {
  const problems: string[] = [];
  // Repeated while answers are taken, since an answer may bring up further questions.
  for (let taken = true; taken; ) {
    taken = false;
    const questions = formQuestions(await loadListing(), rules);
    for (const [name, typed] of answers) {
      const question = questions.find(
        (one) => name === one.path || name === nameOf(one) || name === one.title,
      );
      if (question === undefined) continue;
      answers.delete(name);
      const result = withAnswer(await readFile(listingFile, 'utf8'), question, typed);
      if ('expected' in result) problems.push(`${name}：${result.expected}`);
      else await save(result.text);
      taken = true;
    }
  }
  for (const name of answers.keys()) problems.push(`${name}：没有这一项，或者这个应用不用填`);
  for (const problem of problems) console.error(problem);
  const open = openQuestions(await loadListing(), rules).length;
  console.log(open === 0 ? '都填好了。下一步：npm run check' : `还有 ${open} 项没有填：npm run listing ask`);
  return problems.length === 0 && open === 0 ? 0 : 1;
}

/** The answers of a file by name. @throws StartFailure where it holds none. */
export async function readAnswers(file: string): Promise<Map<string, string>> {
  let value: unknown;
  try {
    value = parse(await readFile(file, 'utf8'));
  } catch {
    throw new StartFailure(
      `读不了 ${file}：应是一行一个“名称: 答案”的文件，例如 应用名称: 工单助手。\n\n${usage}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StartFailure(`${file} 里没有答案：一行写一个，例如 应用名称: 工单助手。`);
  }
  const shown = (answer: unknown) =>
    typeof answer === 'boolean' ? (answer ? '是' : '否') : [answer].flat().join('，');
  return new Map(
    Object.entries(value).flatMap(([name, answer]) =>
      answer === null ? [] : [[name, shown(answer)] as const],
    ),
  );
}

/** Prints the open questions in the form of a file of answers. */
async function listOpen(): Promise<number> {
  const open = openQuestions(await loadListing(), rules);
  if (open.length === 0) {
    console.log('都填好了。下一步：npm run check');
    return 0;
  }
  console.log(`# 还有 ${open.length} 项。存成文件、改成自己的答案，再运行 npm run listing ask 文件`);
  for (const { path, title, choices, many, example } of open) {
    const picks =
      choices.length > 0
        ? `，可以是 ${choices.map(({ word }) => word).join('、')}${many ? '，几个用逗号隔开' : ''}`
        : '';
    console.log(`# ${title}${picks}\n${path}: ${example}`);
  }
  return 1;
}
