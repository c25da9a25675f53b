import { howOf, type Rule, sections } from '../rule.ts';
import { kindWords } from './report.ts';
import { sectionHeading } from './terminal.ts';

export const rulesDocument = 'scripts/docs/listing.md';

const begin = '<!-- 规则表由 npm run lint -- --fix 写出，不要手改 -->';
const end = '<!-- 规则表到此为止 -->';

/** All rules as Markdown: one table a section, in the guide's order. */
export function ruleTable(rules: readonly Rule[]): string {
  const groups = sections
    .map(({ id, title }) => ({
      heading: sectionHeading(id, title),
      own: rules.filter(({ section }) => section === id),
    }))
    .filter(({ own }) => own.length > 0);
  return groups
    .map(({ heading, own }) =>
      [
        `### ${heading}`,
        '',
        '| 规则 | 名字 | 种类 | 指南的原话 | 怎样查 | 怎样改 |',
        '|---|---|---|---|---|---|',
        ...own.map(
          (rule) =>
            `| ${cell(rule.title)} | \`${rule.id}\` | ${kindWords[rule.kind]} | ${cell(rule.sentence ?? '（没有）')} | ${cell(howOf(rule))} | ${cell(rule.remedy)} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

const cell = (text: string) =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ');

/**
 * The document with the table of these rules in its place.
 *
 * @throws Error where the document has no place for it.
 */
export function withRuleTable(document: string, rules: readonly Rule[]): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${rulesDocument} has no place for the table of rules`);
  const count = (kind: Rule['kind']) => rules.filter((rule) => rule.kind === kind).length;
  const asked = rules.filter(({ question }) => question !== undefined).length;
  const words = `共 ${rules.length} 条：不可豁免 ${count('forbidden')} 条，指南要求 ${count('required')} 条，工程自查 ${count('own')} 条；${asked} 条可能要人回答（有的只在程序判断不了时才问）。`;
  return `${document.slice(0, from)}${begin}\n\n${words}\n\n${ruleTable(rules)}\n\n${document.slice(to)}`;
}
