import { StartFailure } from '../../server/config/start-failure.ts';
import { understand } from '../listing/ask/answer.ts';
import { type Ask, askOne } from '../listing/ask/ask-one.ts';
import { nameOf } from '../listing/ask/command.ts';
import { type FormQuestion, questionAt } from '../listing/ask/questions.ts';
import { readWords } from '../words.ts';
import { type License, licenses } from './license.ts';
import { partNames, parts } from './parts.ts';

/** The answers that turn the template into an app. */
export interface Answers {
  /** The app's name as people see it. */
  name: string;
  /** The npm package's name, also the name of services and archives. */
  package: string;
  /** 业主单位. */
  owner: string;
  platform: 'zhezhengding' | 'dingtalk';
  /** The app's host name, without `https://`. */
  domain: string;
  /** The organisation that development and tests use; empty while there is none yet. */
  testCorpId: string;
  /** The production organisation: DingTalk's corpId, 浙政钉's tenant id; empty until the approval brings it. */
  corpId: string;
  /** Empty leaves what package.json and LICENSE say. */
  license: License | '';
  /** Names of parts that the app does without, with commas; see parts.ts. */
  without: string;
}

/** A question of the listing's form, or one of the same kind about the code. */
export interface Question {
  key: keyof Answers;
  flag: string;
  form: FormQuestion;
  /** Whether it may stay open. */
  optional?: boolean;
}

const aboutCode = (form: Pick<FormQuestion, 'title' | 'example'> & Partial<FormQuestion>): FormQuestion => ({
  path: '',
  choices: [],
  many: false,
  kind: form.choices === undefined ? 'text' : 'choice',
  ...form,
});

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  { key: 'name', flag: 'name', form: questionAt('app.name') },
  {
    key: 'package',
    flag: 'package',
    form: aboutCode({
      title: '代码里的名字（小写字母、数字和 -）',
      example: 'work-orders',
      expected: (value) =>
        /^[a-z][a-z0-9-]{1,49}$/.test(value) ? null : '以小写字母开头，2 到 50 个小写字母、数字或 -',
    }),
  },
  { key: 'owner', flag: 'owner', form: questionAt('owner.organisation') },
  { key: 'platform', flag: 'platform', form: questionAt('app.platform') },
  { key: 'domain', flag: 'domain', form: questionAt('domain.name') },
  { key: 'testCorpId', flag: 'test-corp-id', form: questionAt('organisations.test'), optional: true },
  { key: 'corpId', flag: 'corp-id', form: questionAt('organisations.production'), optional: true },
  {
    key: 'license',
    flag: 'license',
    form: aboutCode({
      title: '许可证',
      choices: Object.entries(licenses).map(([value, { label }]) => ({ word: label, value })),
      example: 'proprietary',
    }),
    optional: true,
  },
  {
    key: 'without',
    flag: 'without',
    form: aboutCode({
      title: '不要的部分，都要就留空',
      choices: partNames.map((value) => ({ word: parts[value].label, value })),
      many: true,
      example: 'h5,events',
    }),
    optional: true,
  },
];

const line = ({ flag, form, optional }: Question) =>
  `  ${`${flag}=${form.example}`.padEnd(36)}${form.title}${form.choices.length === 0 ? '' : `：${form.choices.map(({ word, value }) => `${value}（${word}）`).join('，')}`}${optional ? '（可省略）' : ''}`;

export const usage = `用法：npm run init
在终端里逐项询问；没有终端时用参数给出：
${questions.map(line).join('\n')}
例如：npm run init name=工单助手 package=work-orders owner=浙江省某某厅 platform=zhezhengding domain=app.example.gov.cn
也可以写成 -- --name 工单助手，或写在一个文件里：npm run init 答案.yaml（与 npm run listing ask 的文件相同）
正式组织审批通过后才有，那时再运行 npm run init corp-id=正式组织的编号。再次运行只改给出的项。`;

/** What a command line gives. */
export interface Given {
  answers: Partial<Answers>;
  /** A file of answers, for what the words do not say; null without one. */
  file: string | null;
}

/**
 * The answers of a command line: `name=工单助手` (which every shell passes on), `--name 工单助手`, or a file of them.
 *
 * @throws StartFailure with the usage for what is no answer.
 */
export function readArguments(args: readonly string[]): Given {
  const flags = Object.fromEntries(questions.map(({ flag }) => [flag, { type: 'string' as const }]));
  const { values, positionals } = readWords(args, flags, usage);
  const given = new Map(Object.entries(values).map(([flag, value]) => [flag, String(value)]));
  let file: string | null = null;
  for (const word of positionals) {
    const [name, ...rest] = word.split('=');
    if (name !== '' && rest.length > 0) throw new StartFailure(`没有“${name}”这一项。\n\n${usage}`);
    if (file !== null || !/\.ya?ml$/i.test(word))
      throw new StartFailure(`看不懂“${word}”，应写成 名字=值。\n\n${usage}`);
    file = word;
  }
  return { answers: takeOwn(given), file };
}

/**
 * Takes out of named answers those that are asked here: by flag, by path or by title.
 *
 * @throws StartFailure that tells of every wrong one what was expected.
 */
export function takeOwn(named: Map<string, string>): Partial<Answers> {
  const answers: Partial<Record<keyof Answers, string>> = {};
  const problems: string[] = [];
  for (const [name, typed] of named) {
    const question = questions.find(({ flag, form }) => [flag, form.path, nameOf(form)].includes(name));
    if (question === undefined) continue;
    named.delete(name);
    const read = readAnswer(question, typed.trim());
    if ('expected' in read) problems.push(`  ${name}：${read.expected}`);
    else answers[question.key] = read.value;
  }
  if (problems.length > 0) throw new StartFailure(`这些值不对：\n${problems.join('\n')}`);
  return answers as Partial<Answers>;
}

/**
 * Asks the questions without an answer; Enter keeps the `current` answer.
 *
 * @param talk null without a terminal.
 * @throws StartFailure listing what is missing, where nobody can be asked or nobody answers; also where production and
 * test name one organisation.
 */
export async function complete(
  given: Partial<Answers>,
  current: Partial<Answers>,
  talk: { ask: Ask; tell: (line: string) => void } | null,
): Promise<Answers> {
  const answers: Partial<Record<keyof Answers, string>> = { ...given };
  const open = questions.filter(({ key }) => answers[key] === undefined);
  const missing: string[] = [];
  for (const question of open) {
    const { key, optional, form } = question;
    const known = current[key];
    // The production organisation is asked for once the approval has brought it.
    if (talk === null || (key === 'corpId' && known === undefined)) {
      if (known === undefined && !optional) missing.push(line(question));
      answers[key] = known ?? '';
      continue;
    }
    const left = open.length - open.indexOf(question) - 1;
    const shown = optional === true ? (known ?? '留空') : known;
    const answered = await askOne(talk, form, { known: shown || null, left }, async (typed) => {
      const read = readAnswer(question, typed === '' ? (known ?? '') : typed);
      if ('expected' in read) return read.expected;
      answers[key] = read.value;
      return oneOrganisation(answers);
    });
    if (!answered) throw new StartFailure('没有答完，什么也没有写。再运行一次 npm run init。');
  }
  if (missing.length > 0) {
    throw new StartFailure(`没有终端可以询问，还缺这些参数：\n${missing.join('\n')}\n\n${usage}`);
  }
  const problem = oneOrganisation(answers);
  if (problem !== null) throw new StartFailure(`${problem}。请改正 corp-id 或 test-corp-id，什么也没有写。`);
  return answers as Answers;
}

/** The guide forbids development in the production organisation: it must differ from that of tests. */
function oneOrganisation({ corpId, testCorpId }: Partial<Record<keyof Answers, string>>): string | null {
  if (!testCorpId || testCorpId !== corpId) return null;
  return `正式组织和测试组织不能是同一个（${corpId}）：不允许用正式组织做开发测试，测试组织请另外注册，还没有就留空`;
}

function readAnswer({ form, optional }: Question, typed: string): { value: string } | { expected: string } {
  if (typed === '') return optional ? { value: '' } : { expected: `不能为空，例如 ${form.example}` };
  const understood = understand(form, typed);
  return 'expected' in understood ? understood : { value: [understood.value].flat().join(',') };
}
