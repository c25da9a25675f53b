import { outside } from '../facts/conditions.ts';
import { applicationFacts, factAt, isMissing, loadTestFacts } from '../facts/facts.ts';
import { wordingOf, wordsOf } from '../facts/wording.ts';
import { type Listing, type Shape, shapesAlong } from '../listing.ts';
import type { FactValue } from '../listing-template.ts';
import type { Rule } from '../rule.ts';
import { stageOf } from '../stage.ts';

/** One question of the form. */
export interface FormQuestion {
  /** Where the answer stands in listing.yaml, e.g. `owner.phone` or `answers.internal-app`. */
  path: string;
  /** The question in Chinese. */
  title: string;
  /** The possible answers with their Chinese words; empty for a free answer. */
  choices: readonly { word: string; value: string | boolean }[];
  /** Whether several may be picked or listed. */
  many: boolean;
  kind: 'choice' | 'text' | 'integer' | 'number' | 'texts' | 'endpoints' | 'answer';
  /** An answer that is accepted exactly as it stands here. */
  example: string;
  /** Checks a free text: null for a good one, or what it must be. */
  expected?: ((value: string) => string | null) | undefined;
}

/** @returns what is expected, in Chinese; null for a text on one line that is short enough. */
export const shortText = (longest: number) => (value: string) =>
  value.length <= longest && !/\p{Cc}/u.test(value) ? null : `最多 ${longest} 个字，不要换行`;

const organisation = (value: string) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(value)
    ? null
    : '只能有字母、数字、- 和 _（钉钉的以 ding 开头，浙政钉的是数字）';

/** Checks of answers that also get into code, addresses and file names. */
const expectations: Readonly<Record<string, (value: string) => string | null>> = {
  'app.name': shortText(30),
  'owner.organisation': shortText(60),
  'organisations.test': organisation,
  'organisations.production': organisation,
  'domain.name': (value) =>
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/i.test(value)
      ? null
      : '应是一个域名，不是 IP 地址，不带 https:// 和路径',
};

/**
 * The questions of the form for this app, in the order of listing.yaml. They depend on the answers so far; a fact that
 * follows from others is not asked.
 */
export function formQuestions(listing: Listing, rules: readonly Rule[]): FormQuestion[] {
  const { scope, app } = listing;
  const approved = stageOf(listing) === '审批后';
  const asksContacts = scope.contacts !== null && scope.contacts !== 'none';
  const beyond = scope.users === 'beyond' || scope.contacts === 'beyond';
  const facts = [
    ...applicationFacts.filter((path) => path !== 'scope.applicant' || beyond),
    ...(asksContacts ? ['scope.permissions'] : []),
    ...(listing.loadtest === undefined ? [] : loadTestFacts),
    'organisations.test',
    ...(approved ? ['organisations.production'] : []),
    ...(approved && app.forms?.includes('h5') === true ? ['stability.bid'] : []),
  ];
  return [...facts.map(questionAt), ...ruleQuestions(listing, rules)];
}

/** The questions of the form without an answer. */
export const openQuestions = (listing: Listing, rules: readonly Rule[]): FormQuestion[] =>
  formQuestions(listing, rules).filter(({ path }) =>
    path.startsWith('answers.')
      ? (listing.answers[path.slice('answers.'.length)]?.answer ?? null) === null
      : isMissing(listing, path),
  );

/** The present answer as people would write it; null without one. */
export const currentAnswer = (listing: Listing, { path }: FormQuestion): string | null =>
  path.startsWith('answers.') ? null : wordingOf(listing, path);

/** The fact that follows from others: within the own line, the owner applies (guide 3). */
export const derived = ({ scope }: Listing): Readonly<Record<string, FactValue>> =>
  scope.applicant === null &&
  scope.users === 'own-line' &&
  scope.contacts !== null &&
  scope.contacts !== 'beyond'
    ? { 'scope.applicant': 'owner' }
    : {};

/**
 * Questions of rules that a person must always answer. Rules that ask only where the program cannot tell are left to
 * the check.
 */
function ruleQuestions(listing: Listing, rules: readonly Rule[]): FormQuestion[] {
  const hasH5 = listing.app.forms?.includes('h5') === true;
  return rules.flatMap(({ id, question, only = [], check, asksH5 }): FormQuestion[] => {
    const always = check === undefined || (asksH5 === true && hasH5);
    if (question === undefined || !always || outside(only, listing) !== null) return [];
    return [
      {
        path: `answers.${id}`,
        title:
          question.ask +
          (question.evidence === null ? '' : `（有证明的，在“是”后面写文件：${question.evidence}）`),
        choices: [
          { word: '是', value: 'yes' },
          { word: '否', value: 'no' },
        ],
        many: false,
        kind: 'answer',
        example: '是',
      },
    ];
  });
}

/** The question about a fact of listing.yaml. @throws Error for a path that there is not. */
export function questionAt(path: string): FormQuestion {
  const { title } = factAt(path);
  const shape: Shape = shapesAlong(path.split('.')).at(-1) ?? {};
  const example = shape.examples?.[0];
  const inner = shape.anyOf?.find(({ type }) => type !== 'null') ?? shape;
  const base = { path, title, many: inner.type === 'array' };
  const values = inner.enum ?? inner.items?.enum;
  if (values !== undefined) {
    const choices = values.map((value) => ({ word: wordsOf(path)[value] ?? value, value }));
    return { ...base, kind: 'choice', choices, example: choices[0]?.word ?? '' };
  }
  if (inner.type === 'boolean') {
    const choices = [
      { word: '是', value: true },
      { word: '否', value: false },
    ];
    return { ...base, kind: 'choice', choices, example: example === true ? '是' : '否' };
  }
  if (inner.type === 'integer' || inner.type === 'number') {
    return { ...base, kind: inner.type, choices: [], example: String(example) };
  }
  if (inner.type !== 'array') {
    return { ...base, kind: 'text', choices: [], example: String(example), expected: expectations[path] };
  }
  if (inner.items?.properties?.host !== undefined) {
    const shown = (example as { host: string; port: number }[]).map(({ host, port }) => `${host}:${port}`);
    return { ...base, kind: 'endpoints', choices: [], example: shown.join('，') };
  }
  return {
    ...base,
    kind: 'texts',
    choices: [],
    example: ((example as string[] | undefined) ?? ['成员信息读权限']).join('，'),
  };
}
