import type { Environment } from '../../server/config/environment.ts';
import type { Probes } from './check/probes.ts';
import type { ProjectFiles } from './check/project-files.ts';
import type { Listing } from './listing.ts';

/** The guide's chapters, in its own order, by headings shortened to what fits a table. */
export const sections = [
  { id: '1', title: '接口' },
  { id: '2', title: '接口参数' },
  { id: '3', title: '发起上架审批' },
  { id: '4', title: '自建与统建' },
  { id: '5', title: '超级高管' },
  { id: '6', title: '域名以及 SSL 证书' },
  { id: '7', title: 'VPN 以及应用部署' },
  { id: '8', title: '稳定性平台接入' },
  { id: '9', title: '压测报告' },
  { id: '10', title: '应用免登' },
  { id: 'organisation', title: '注册钉钉组织' },
  { id: 'development', title: '开发应用' },
  { id: 'certificate', title: '申请 SSL 证书' },
  { id: 'statement', title: '情况说明' },
] as const;

export type SectionId = (typeof sections)[number]['id'];

/**
 * - `forbidden` (不可豁免): the guide forbids it; no letter helps.
 * - `required` (指南要求): the guide demands it; where an app cannot, the owner may explain it in a letter (情况说明).
 * - `own` (工程自查): the guide only advises it, or says nothing of it. Never in the way of a listing.
 */
export type Kind = 'forbidden' | 'required' | 'own';

/**
 * - `pass`, `fail`: it was looked at, and this is what it is.
 * - `unknown`: it could not be looked at from here (no network, no answer, a file that is not there yet).
 * - `question`: only a person can say, and listing.yaml has no answer yet.
 * - `not-applicable`: the rule is about something that this app does not have, or does not have yet.
 */
export type State = 'pass' | 'fail' | 'unknown' | 'question' | 'not-applicable';

/** The finding of a rule. All text is Chinese, for people. */
export interface Finding {
  state: State;
  /** One or two sentences: what was found. Never a secret, a token or a mobile number. */
  detail: string;
  /** The sources of the finding: addresses, file names, values; one short line each. */
  evidence: readonly string[];
  /** How to mend this very finding, where that is more exact than the rule's own `remedy`. */
  remedy?: string;
  /** The facts of listing.yaml that it waits for, e.g. `owner.phone`. */
  facts?: readonly string[];
}

/** A condition under which a rule applies: a kind of app, or a stage of the listing. */
export type Condition = 'approved' | 'mini' | 'h5' | 'dingtalk' | 'zhezhengding' | 'unified' | 'executives';

/** Everything that a rule may look at. Rules open no connection and read no file but through this. */
export interface Context {
  readonly listing: Listing;
  /** The variables that production runs with; without `NODE_ENV=production` they are not known on this machine. */
  readonly env: Environment;
  /** The variables that developers run with; null where this machine has production's alone. */
  readonly developmentEnv: Environment | null;
  readonly files: ProjectFiles;
  readonly probes: Probes;
  /** The time of this check, in epoch milliseconds. */
  readonly now: number;
  /** All rules: some are about the others' exceptions. */
  readonly rules: readonly Rule[];
}

/** One rule: an entry in the table of its chapter in `rules/`. */
export interface Rule {
  /** Short, in kebab case, never changed: listing.yaml refers to it. */
  id: string;
  section: SectionId;
  kind: Kind;
  /** The rule in one Chinese sentence. */
  title: string;
  /** The guide's own words; null where it says nothing. A rule is never stricter than they are. */
  sentence: string | null;
  /** How it is checked, in Chinese; left out where a person's answer decides. */
  how?: string;
  /** How to mend it, in Chinese: who, where, what. */
  remedy: string;
  /** The conditions under which it applies; otherwise it is not applicable. */
  only?: readonly Condition[];
  /** Facts of listing.yaml that it needs, e.g. `domain.name`: asked for where they are missing. */
  facts?: readonly string[];
  /** A question that a person answers in listing.yaml: instead of `check`, or where `check` asks for the answer. */
  question?: Question;
  /** Whether a person answers for an H5 app: the program can only run the mini program. */
  asksH5?: boolean;
  /** What must be done before it can be checked. */
  after?: 'deploy' | 'loadtest';
  /**
   * May throw: that is reported as a fault of the rule, and the others go on.
   *
   * @param answer the finding that a person's answer to the rule's question gives.
   */
  check?(context: Context, answer: () => Promise<Finding>): Finding | Promise<Finding>;
}

/** The rules of one chapter of the guide. */
export const chapter = (
  section: SectionId,
  rules: readonly Omit<Rule, 'section'>[],
  shared: Pick<Rule, 'after'> = {},
): readonly Rule[] => rules.map((rule) => ({ section, ...shared, ...rule }));

/** The question for a person where no program can find the answer. */
export interface Question {
  /** The question itself, to be answered by yes or no, where yes means that the rule is met. */
  ask: string;
  /** Which file would show it (a screenshot, a letter); null where there is nothing to show. Never demanded. */
  evidence: string | null;
}

export const pass = (detail: string, evidence: readonly string[] = []): Finding => ({
  state: 'pass',
  detail,
  evidence,
});

export const fail = (detail: string, evidence: readonly string[] = [], remedy?: string): Finding => ({
  state: 'fail',
  detail,
  evidence,
  ...(remedy === undefined ? {} : { remedy }),
});

export const unknown = (detail: string, evidence: readonly string[] = [], remedy?: string): Finding => ({
  ...fail(detail, evidence, remedy),
  state: 'unknown',
});

export const notApplicable = (detail: string, evidence: readonly string[] = []): Finding => ({
  state: 'not-applicable',
  detail,
  evidence,
});

/** How a rule is checked, in Chinese. */
export const howOf = ({ id, how, question }: Rule): string =>
  how ?? `在 listing.yaml 的 answers.${id} 里回答：${question?.ask ?? ''}`;

/**
 * The finding that a person's answer gives. listing.yaml holds it under `answers.<id>`: `answer` is `yes`, `no` or
 * `not-applicable` (with a `note` that says why), `evidence` the path of a file from the project's root or an https
 * address. Evidence may be left out, but a file that is named must be there.
 */
export async function answered(
  { listing, files }: Context,
  id: string,
  { ask, evidence }: Question,
): Promise<Finding> {
  const given = listing.answers[id];
  const where = `listing.yaml：answers.${id}`;
  const open = (detail: string, more = ''): Finding => ({
    state: 'question',
    detail,
    evidence: [where],
    remedy: `在 listing.yaml 里写 answers.${id}，例如 ${id}: { answer: yes${more} }；也可以是 no 或 not-applicable（note 里写原因）。`,
  });
  if (given === undefined || given.answer === null) return open(`还没有回答：${ask}`);
  const note = given.note?.trim() ?? '';
  const said = note === '' ? [where] : [where, `说明：${note}`];
  if (given.answer === 'not-applicable') {
    return note === ''
      ? open('回答了“不适用”，但没有写原因（note）。')
      : notApplicable('回答是“不适用”。', said);
  }
  if (given.answer === 'no') return fail(`回答是“否”：${ask}`, said);
  const file = given.evidence?.trim() ?? '';
  if (file === '') {
    return pass(`回答是“是”。${evidence === null ? '' : `没有附证明，可以附上：${evidence}。`}`, said);
  }
  const shown = [...said, `证明：${file}`];
  if (/^https:\/\/./.test(file)) return pass('回答是“是”，证明是一个网址（没有打开核对）。', shown);
  return (await files.hasContent(file))
    ? pass('回答是“是”，附有证明。', shown)
    : open(`证明文件不存在或是空的：${file}。`, ', evidence: evidence/截图.png');
}
