import { isMap, isNode, isScalar, type Pair, parseDocument } from 'yaml';
import { listingSchema, type Shape } from './listing.ts';

/** A rule of the check-up that listing.yaml answers. */
export interface ListingQuestion {
  id: string;
  ask: string;
  evidence: string | null;
}

const head = `# 上架信息：程序没法自己知道的事都写在这里。npm run check（体检）、npm run listing（材料）、
# npm run deploy:files（部署文件）都读它。还不知道的留空，不要编；# 后面是说明，改了也没关系。
# 这里不写密钥。`;

/**
 * A new `listing.yaml` in which nothing is known yet: every fact with what it is called and how it is written.
 *
 * @param asked the rules that a person answers; each gets its place under `answers`.
 */
export function newListing(asked: readonly ListingQuestion[]): string {
  const lines = [head];
  const { properties = {}, required = [] } = listingSchema as Shape;
  for (const [name, shape] of Object.entries(properties)) {
    if (shape.properties === undefined || !required.includes(name)) continue;
    lines.push('', `# ── ${shape.title} ──`, `${name}:`);
    for (const [fact, kind] of Object.entries(shape.properties)) {
      lines.push(`  # ${explain(kind)}`, `  ${fact}: ${kind.default ?? ''}`.trimEnd());
    }
  }
  lines.push(
    '',
    '# ── 体检问题 ──',
    '# answer 填 yes、no 或 not-applicable（不适用，note 里写原因）；有证明的，evidence 填文件的路径',
    'answers:',
  );
  for (const { id, ask, evidence } of asked) {
    lines.push(`  # ${ask}${evidence === null ? '' : `  证明：${evidence}`}`, `  ${id}: { answer: }`);
  }
  lines.push(
    '',
    '# ── 情况说明 ──',
    '# 达不到、由业主单位承担风险的规则，写了这里，npm run listing 就生成“问题情况说明”。例如：',
    '# exceptions:',
    '#   database-not-public:',
    '#     problem: 数据库部署在公有云，没有部署在政务外网',
    '#     reason: 政务云的资源还在申请，没有批下来',
    '#     plan: 先只允许应用的地址访问，2027 年 3 月前迁入政务云',
    '#     date: 2026-11-24',
    'exceptions:',
    '',
  );
  return lines.join('\n');
}

/** The values that a fact may have. */
export type FactValue =
  | string
  | number
  | boolean
  | Readonly<Record<string, string>>
  | readonly (string | Readonly<Record<string, string | number>>)[];

/**
 * Sets facts in a `listing.yaml` that is there already. Only the values change: the text around them, with all
 * comments and answers, stays as people wrote it.
 *
 * @param facts by section and name, e.g. `{ 'app.name': '工单助手' }`; null leaves a fact as it is.
 */
export function updateListing(text: string, facts: Readonly<Record<string, FactValue | null>>): string {
  return Object.entries(facts).reduce((file, [path, value]) => {
    const [section = '', name = ''] = path.split('.');
    return value === null ? file : setFact(file, section, name, value);
  }, text);
}

function setFact(text: string, section: string, name: string, value: FactValue): string {
  const { contents } = parseDocument(text);
  const place = pairOf(contents, section);
  if (place === null) return `${text.trimEnd()}\n\n${section}:\n  ${name}: ${flow(value)}\n`;
  const fact = pairOf(place.value, name);
  // Inserted after the section's key, before its other facts.
  if (fact === null) return splice(text, afterColon(text, place), `\n  ${name}: ${flow(value)}`);
  if (isScalar(fact.value) && fact.value.value === value) return text;
  const [from, to] = isNode(fact.value) && fact.value.range ? fact.value.range : [0, 0];
  if (to > from) return text.slice(0, from) + flow(value) + text.slice(to);
  return splice(text, afterColon(text, fact), ` ${flow(value)}`);
}

function pairOf(map: unknown, name: string): Pair | null {
  if (!isMap(map)) return null;
  return map.items.find(({ key }) => isScalar(key) && key.value === name) ?? null;
}

function afterColon(text: string, { key }: Pair): number {
  const end = isNode(key) && key.range ? key.range[1] : 0;
  return text.indexOf(':', end) + 1;
}

function splice(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}

function explain({ title = '', examples, ...shape }: Shape): string {
  const allowed = choices(shape);
  const choice = allowed.length > 0 ? `；可以是 ${allowed.join('、')}` : '';
  const example = examples?.[0];
  return `${title}${choice}${example === undefined ? '' : `，例如 ${flow(example)}`}`;
}

function choices({ enum: own, anyOf = [], items }: Shape): string[] {
  return own ?? [...anyOf.flatMap(choices), ...(items === undefined ? [] : choices(items))];
}

/** A value as YAML on one line: as JSON, and without quotes where they are not needed. */
export function flow(value: unknown): string {
  if (
    typeof value === 'string' &&
    /^[\p{L}\p{N}][\p{L}\p{N}\-.（）]*$/u.test(value) &&
    !/^(\d|true$|false$|null$|yes$|no$)/i.test(value)
  )
    return value;
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${flow(one)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}
