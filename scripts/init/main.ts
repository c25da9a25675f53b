import { createInterface } from 'node:readline/promises';
import { failStart } from '../../server/config/start-failure.ts';
import { rules } from '../listing/rules/index.ts';
import { complete, readArguments, usage } from './answers.ts';
import { currentAnswers, makeOwn } from './own.ts';

/** Each rule that a person answers has its place in a new listing.yaml. */
const asked = rules.flatMap(({ id, question }) => (question === undefined ? [] : [{ id, ...question }]));

/** `npm run init`: makes the template somebody's own. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((word) => word === '--help' || word === '-h')) return console.log(usage);
  const given = readArguments(args);
  const root = process.cwd();
  const current = await currentAnswers(root);
  const terminal =
    process.stdin.isTTY && process.stdout.isTTY
      ? createInterface({ input: process.stdin, output: process.stdout })
      : null;
  try {
    const answers = await complete(given, current, terminal && ((question) => terminal.question(question)));
    const done = await makeOwn(root, answers, asked);
    console.log(
      done.length === 0 ? '已经是这样，什么也没有改。' : done.map((line) => `  ${line}`).join('\n'),
    );
    console.log(`
接下来：
  1. 填写 listing.yaml：上架需要、而程序没法知道的事
  2. npm run dev      在本机跑起来
  3. npm run check    上架体检：还差什么、怎么补`);
  } finally {
    terminal?.close();
  }
}

main().catch(failStart);
