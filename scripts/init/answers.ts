import { parseArgs } from 'node:util';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type License, licenses } from './license.ts';
import { isPart, namesIn, partNames, parts } from './parts.ts';

/** What makes the template somebody's own. */
export interface Answers {
  /** The app's name as people see it. */
  name: string;
  /** The npm package's name, also the name of services and archives. */
  package: string;
  /** 业主单位. */
  owner: string;
  platform: 'zhezhengding' | 'dingtalk';
  /** The production organisation: DingTalk's corpId, 浙政钉's tenant id. */
  corpId: string;
  /** The organisation that development and tests use; empty while there is none yet. */
  testCorpId: string;
  /** The app's host name, without `https://`. */
  domain: string;
  /** Empty leaves what package.json and LICENSE say. */
  license: License | '';
  /** Names of parts that the app does without, with commas; see parts.ts. */
  without: string;
}

export interface Question {
  key: keyof Answers;
  flag: string;
  label: string;
  example: string;
  optional?: boolean;
  /** @returns what is wrong, in Chinese; null for a good value. */
  problem(value: string): string | null;
}

const text = (longest: number) => (value: string) =>
  value.length <= longest && !/\p{Cc}/u.test(value) ? null : `最多 ${longest} 个字，不要换行`;

const corpId = (value: string) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(value)
    ? null
    : '只能有字母、数字、- 和 _（钉钉的以 ding 开头，浙政钉的是数字）';

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  { key: 'name', flag: 'name', label: '应用名称', example: '工单助手', problem: text(30) },
  {
    key: 'package',
    flag: 'package',
    label: '代码里的名字（小写字母、数字和 -）',
    example: 'work-orders',
    problem: (value) =>
      /^[a-z][a-z0-9-]{1,49}$/.test(value) ? null : '以小写字母开头，2 到 50 个小写字母、数字或 -',
  },
  { key: 'owner', flag: 'owner', label: '业主单位全称', example: '浙江省某某厅', problem: text(60) },
  {
    key: 'platform',
    flag: 'platform',
    label: '平台：zhezhengding（浙政钉）或 dingtalk（钉钉）',
    example: 'zhezhengding',
    problem: (value) =>
      value === 'zhezhengding' || value === 'dingtalk' ? null : '只能是 zhezhengding 或 dingtalk',
  },
  {
    key: 'corpId',
    flag: 'corp-id',
    label: '正式组织的 corpId（浙政钉填租户 id）',
    example: 'ding0123456789abcdef',
    problem: corpId,
  },
  {
    key: 'testCorpId',
    flag: 'test-corp-id',
    label: '测试组织的 corpId（还没有就留空）',
    example: 'dingfedcba9876543210',
    optional: true,
    problem: corpId,
  },
  {
    key: 'domain',
    flag: 'domain',
    label: '应用的域名，不带 https://',
    example: 'app.example.gov.cn',
    problem: (value) =>
      /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/i.test(value)
        ? null
        : '应是一个域名，不是 IP 地址，不带 https:// 和路径',
  },
  {
    key: 'license',
    flag: 'license',
    label: `许可证：${Object.entries(licenses)
      .map(([word, { label }]) => `${word}（${label}）`)
      .join('，')}`,
    example: 'proprietary',
    optional: true,
    problem: (value) =>
      value in licenses
        ? null
        : `只能是 ${Object.keys(licenses).join('、')}；别的请自己写 LICENSE 和 package.json`,
  },
  {
    key: 'without',
    flag: 'without',
    label: `不要的部分，用逗号隔开，都要就留空：${partNames.map((name) => `${name}（${parts[name].label}）`).join('，')}`,
    example: 'h5,events',
    optional: true,
    problem(value) {
      const unknown = namesIn(value).filter((name) => !isPart(name));
      return unknown.length === 0
        ? null
        : `没有 ${unknown.join('、')} 这个部分，只能是 ${partNames.join('、')}`;
    },
  },
];

export const usage = `用法：npm run init
在终端里逐项询问；没有终端时用参数给出：
${questions.map(({ flag, label, example, optional }) => `  ${`${flag}=${example}`.padEnd(36)}${label}${optional ? '（可省略）' : ''}`).join('\n')}
例如：npm run init name=工单助手 package=work-orders owner=浙江省某某厅 platform=zhezhengding corp-id=196729 domain=app.example.gov.cn
也可以写成 -- --name 工单助手；再次运行只改给出的项。`;

/**
 * The answers of a command line: `name=工单助手` (which every shell passes on) or `--name 工单助手`.
 *
 * @throws StartFailure with the usage for what is no answer.
 */
export function readArguments(args: readonly string[]): Partial<Answers> {
  const flags = Object.fromEntries(questions.map(({ flag }) => [flag, { type: 'string' as const }]));
  let parsed: ReturnType<typeof parseArgs<{ options: typeof flags; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch {
    throw new StartFailure(`看不懂这些参数：${args.join(' ')}\n\n${usage}`);
  }
  const given = new Map(Object.entries(parsed.values).map(([flag, value]) => [flag, String(value)]));
  for (const word of parsed.positionals) {
    const at = word.indexOf('=');
    if (at < 1) throw new StartFailure(`看不懂“${word}”，应写成 名字=值。\n\n${usage}`);
    given.set(word.slice(0, at), word.slice(at + 1));
  }
  const answers: Partial<Record<keyof Answers, string>> = {};
  const problems: string[] = [];
  for (const [flag, value] of given) {
    const question = questions.find((one) => one.flag === flag);
    if (question === undefined) throw new StartFailure(`没有“${flag}”这一项。\n\n${usage}`);
    const problem = judge(question, value.trim());
    if (problem !== null) problems.push(`  ${flag}：${problem}，例如 ${flag}=${question.example}`);
    answers[question.key] = value.trim();
  }
  if (problems.length > 0) throw new StartFailure(`这些值不对：\n${problems.join('\n')}`);
  return answers as Partial<Answers>;
}

/**
 * Asks for what is not given yet; `current` answers by Enter.
 *
 * @param ask shows a question and gives the line that was typed; null without a terminal.
 * @throws StartFailure listing what is missing, where nobody can be asked; for one organisation as production's and
 *   the test's.
 */
export async function complete(
  given: Partial<Answers>,
  current: Partial<Answers>,
  ask: ((question: string) => Promise<string>) | null,
): Promise<Answers> {
  const answers: Partial<Record<keyof Answers, string>> = { ...given };
  const missing: string[] = [];
  for (const question of questions) {
    const { key, flag, label, example, optional } = question;
    if (answers[key] !== undefined) continue;
    const known = current[key];
    if (ask === null) {
      if (known === undefined && !optional) missing.push(`  ${flag}=${example}    ${label}`);
      answers[key] = known ?? '';
      continue;
    }
    for (;;) {
      const typed = (await ask(`${label}${known ? `（回车用“${known}”）` : `，例如 ${example}`}：`)).trim();
      const value = typed === '' ? (known ?? '') : typed;
      answers[key] = value;
      const problem = judge(question, value) ?? oneOrganisation(answers);
      if (problem === null) break;
      await ask(`${problem}。按回车重新填写……`);
    }
  }
  if (missing.length > 0) {
    throw new StartFailure(`没有终端可以询问，还缺这些参数：\n${missing.join('\n')}\n\n${usage}`);
  }
  const problem = oneOrganisation(answers);
  if (problem !== null) throw new StartFailure(`${problem}。请改正 corp-id 或 test-corp-id，什么也没有写。`);
  return answers as Answers;
}

/** The guide forbids developing in the production organisation, which is then fenced off from development. */
function oneOrganisation({ corpId, testCorpId }: Partial<Record<keyof Answers, string>>): string | null {
  if (!testCorpId || testCorpId !== corpId) return null;
  return `正式组织和测试组织不能是同一个（${corpId}）：不允许用正式组织做开发测试，测试组织请另外注册，还没有就留空`;
}

function judge({ optional, problem }: Question, value: string): string | null {
  if (value === '') return optional ? null : '不能为空';
  return problem(value);
}
