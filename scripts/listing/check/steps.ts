import { factAt } from '../facts/facts.ts';
import type { Stage } from '../listing.ts';
import type { CheckReport, RuleResult } from './report.ts';

/** The steps before a listing, in the order in which they can be done. */
export interface Step {
  title: string;
  /** One Chinese line each, the most pressing first. */
  items: readonly string[];
}

/** One Chinese sentence about each stage. */
export const stageWords: Readonly<Record<Stage, string>> = {
  审批前: '生产服务器用测试参数运行；正式参数和 H5 的接入代码审批通过后才有，现在不问也不查。',
  审批后: '生产服务器换成审批回复的正式参数，H5 加上接入代码，再查一遍。',
};

/** The open points of a listing: facts first, each with how many rules wait for it. */
export function stepsOf({ results, open }: Pick<CheckReport, 'results' | 'open'>): Step[] {
  const inTheWay = results.filter(({ id }) => open.includes(id));
  const asking = inTheWay.filter(({ state }) => state === 'question');
  const others = inTheWay.filter(({ state }) => state !== 'question');
  const told = ({ title, id, detail }: RuleResult) => `${title}（${id}）${detail}`;
  const waitingFor = (after: RuleResult['after']) => others.filter((result) => result.after === after);
  const steps: Step[] = [
    {
      title: '先填这几项（npm run listing ask 逐项问，或改 listing.yaml）',
      items: [...factItems(asking), ...questionItems(asking)],
    },
    { title: '再改好这几条', items: waitingFor(null).map(told) },
    { title: '再部署：先网关，让应用域名打得开', items: deployItems(waitingFor('deploy'), told) },
    { title: '再压测：npm run loadtest https://应用域名', items: waitingFor('loadtest').map(told) },
  ];
  return steps.filter(({ items }) => items.length > 0);
}

/** Rules about the address come first. While it does not answer, the others are only counted. */
const gatewayFirst = ['domain-resolves', 'https-only'];

function deployItems(results: readonly RuleResult[], told: (result: RuleResult) => string): string[] {
  const first = gatewayFirst.flatMap((id) => results.find((result) => result.id === id) ?? []);
  const rest = results.filter((result) => !first.includes(result));
  const closed = first.some(({ id }) => id === 'https-only');
  if (!closed || rest.length === 0) return [...first, ...rest].map(told);
  return [...first.map(told), `其余 ${rest.length} 条，等应用域名打得开再查`];
}

function factItems(asking: readonly RuleResult[]): string[] {
  const waiting = new Map<string, number>();
  for (const fact of asking.flatMap(({ facts }) => facts)) waiting.set(fact, (waiting.get(fact) ?? 0) + 1);
  return [...waiting]
    .sort(([, a], [, b]) => b - a)
    .map(([path, rules]) => {
      const { title, example } = factAt(path);
      return `${title}：${path}，例如 ${example}${rules > 1 ? `（${rules} 条规则等它）` : ''}`;
    });
}

const questionItems = (asking: readonly RuleResult[]) =>
  asking.filter(({ facts }) => facts.length === 0).map(({ id, detail }) => `${detail}（answers.${id}）`);

/** The next thing to do, in one Chinese sentence. */
export function nextStep(report: Pick<CheckReport, 'results' | 'open' | 'stage'>): string {
  const [first] = stepsOf(report);
  if (first !== undefined) return `${first.title}，共 ${first.items.length} 项。`;
  return report.stage === '审批前'
    ? '运行 npm run listing 生成材料，交给业主单位发起申请；审批通过后把 listing.yaml 的 app.stage 改成 审批后，再查一遍。'
    : '没有要做的。换证书、换版本以后再查一遍。';
}
