import { columns, cut } from '../../dev/table.ts';
import { minuteInChina } from '../../report/time.ts';
import { type SectionId, sections } from '../rule.ts';
import {
  type CheckReport,
  isSettled,
  kindWords,
  type ResultState,
  type RuleResult,
  stateWords,
} from './report.ts';
import { nextStep, stageWords, stepsOf } from './steps.ts';

export interface TerminalOptions {
  /** Whether ANSI colours may be used. */
  colour: boolean;
  /** Columns of the terminal. */
  width: number;
}

const colours: Readonly<Record<ResultState, number>> = {
  pass: 32,
  fail: 31,
  fault: 35,
  question: 33,
  unknown: 33,
  'not-applicable': 90,
};

const stateWidth = 8;
const indent = ' '.repeat(2 + stateWidth + 1);

/** Lines of a step that are shown; the rules below have the rest. */
const shownItems = 8;

/** The stage and what to do next, then every rule by section. Lines are no wider than the terminal. */
export function terminalReport(report: CheckReport, { colour, width }: TerminalOptions): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const narrow = Math.min(Math.max(width, 60), 120);
  const rule = '─'.repeat(narrow);

  const one = (result: RuleResult): string[] => {
    const { state, kind, id, title, detail, remedy, excused } = result;
    const word = padded(stateWords[state], stateWidth);
    const head = `  ${paint(colours[state], word)} ${paint(90, kindWords[kind])} ${id}`;
    if (isSettled(state)) return [head];
    return [
      head,
      ...wrapped(title, narrow, indent),
      ...wrapped(detail, narrow, indent).map((line) => paint(colours[state], line)),
      ...wrapped(`怎么办：${remedy}`, narrow, indent),
      ...(excused ? wrapped('已写情况说明（listing.yaml 的 exceptions）。', narrow, indent) : []),
    ];
  };

  const groups = bySection(report.results).flatMap(({ heading, results }) => {
    const good = results.filter(({ state }) => isSettled(state)).length;
    return [paint(1, `${heading}（${good}/${results.length}）`), ...results.flatMap(one), ''];
  });
  const summary = (Object.entries(stateWords) as [ResultState, string][])
    .filter(([state]) => report.totals[state] > 0)
    .map(([state, word]) => paint(colours[state], `${word} ${report.totals[state]}`))
    .join('  ');
  return [
    rule,
    paint(1, `上架体检  ${report.app ?? '（应用还没有名称）'}  ${report.domain ?? '（还没有域名）'}`),
    `检查时间 ${minuteInChina(report.startedAt)}`,
    ...report.rehearsal.flatMap((line) => wrapped(`演练：${line}`, narrow, '')),
    rule,
    ...wrapped(`${report.stage}：${stageWords[report.stage]}`, narrow, ''),
    ...wrapped(`下一步：${nextStep(report)}`, narrow, '').map((line) => paint(1, line)),
    '',
    ...stepsOf(report).flatMap(({ title, items }) => [
      paint(1, title),
      ...items
        .slice(0, shownItems)
        .map((item) => (columns(`  ${item}`) > narrow ? `${cut(`  ${item}`, narrow - 2)}…` : `  ${item}`)),
      ...(items.length > shownItems ? [`  ……还有 ${items.length - shownItems} 项`] : []),
    ]),
    rule,
    ...groups,
    rule,
    summary,
    ...wrapped(conclusion(report), narrow, '').map((line) => paint(report.passed ? 32 : 31, line)),
  ].join('\n');
}

/** The check in one sentence. */
export function conclusion({ results, passed, open, partial }: CheckReport): string {
  const own = results.filter(({ kind, state }) => kind === 'own' && !isSettled(state)).length;
  const also = own > 0 ? `工程自查另有 ${own} 条可以改进，不影响上架。` : '';
  const scope = partial ? '查的这几条里，' : '';
  return passed
    ? `${scope}指南的要求都通过了。${also}`
    : `${scope}还有 ${open.length} 条指南的要求没有通过。${also}`;
}

/** The results in the guide's order; sections without any are left out. */
export function bySection(
  results: readonly RuleResult[],
): { id: SectionId; heading: string; results: RuleResult[] }[] {
  return sections
    .map(({ id, title }) => ({
      id,
      heading: sectionHeading(id, title),
      results: results.filter(({ section }) => section === id),
    }))
    .filter((group) => group.results.length > 0);
}

/** `6、域名以及 SSL 证书`, as the guide writes it; its chapters have no number. */
export const sectionHeading = (id: SectionId, title: string): string =>
  /^\d/.test(id) ? `${id}、${title}` : title;

const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - columns(text)));

/** Breaks a text into lines of `width` columns, each after `start`; Chinese breaks anywhere, words do not. */
export function wrapped(text: string, width: number, start: string): string[] {
  const room = width - columns(start);
  const lines: string[] = [];
  let line = '';
  // A word with the blanks and the full-width punctuation after it, or one character of another kind with the punctuation that must follow it.
  for (const [part] of text.matchAll(
    /[\u0021-\u024f]+[，。；：、！？）”’》]* *|\s+|[^\u0020-\u024f][，。；：、！？）”’》]*/gu,
  )) {
    if (columns(line) + columns(part.trimEnd()) > room && line !== '') {
      lines.push(line.trimEnd());
      line = '';
    }
    let rest = part;
    // An address longer than a line.
    while (columns(rest.trimEnd()) > room) {
      lines.push(rest.slice(0, room));
      rest = rest.slice(room);
    }
    line += rest;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines.map((one) => start + one);
}
