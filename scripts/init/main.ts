import { failStart } from '../../server/config/start-failure.ts';
import { askedInTerminal } from '../listing/ask/ask-one.ts';
import { readAnswers, takeAnswers } from '../listing/ask/command.ts';
import { rules } from '../listing/rules/index.ts';
import { complete, readArguments, takeOwn, usage } from './answers.ts';
import { currentAnswers, makeOwn } from './own.ts';

/** Questions to every app have a line in a new listing.yaml; `npm run listing ask` adds the others. */
const asked = rules.flatMap(({ id, question, only, check }) =>
  question === undefined || only !== undefined || check !== undefined ? [] : [{ id, ...question }],
);

/** `npm run init`: turns the template into an app. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((word) => word === '--help' || word === '-h')) return console.log(usage);
  const { answers: words, file } = readArguments(args);
  const others = file === null ? new Map<string, string>() : await readAnswers(file);
  const given = { ...takeOwn(others), ...words };
  const root = process.cwd();
  const current = await currentAnswers(root);
  const answers =
    (await askedInTerminal((ask) => complete(given, current, { ask, tell: console.log }))) ??
    (await complete(given, current, null));
  const done = await makeOwn(root, answers, asked);
  console.log(done.length === 0 ? '已经是这样，什么也没有改。' : done.map((line) => `  ${line}`).join('\n'));
  if (others.size > 0) process.exitCode = await takeAnswers(others);
  console.log(`
接下来：
  1. npm run listing ask   接着填上架信息（listing.yaml）：上架需要、而程序没法知道的事
  2. npm run dev           在本机跑起来
  3. npm run check         上架体检：还差什么、怎么补`);
}

main().catch(failStart);
