import type { Environment } from '../../server/config/environment.ts';
import type { Probes } from './check/probes.ts';
import type { ProjectFiles } from './check/project-files.ts';
import type { Listing } from './listing.ts';

/**
 * The guide's parts that hold rules, in its own order. `title` is the guide's heading, shortened to what fits a
 * table.
 */
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

/** `must`: the listing is refused without it. `should`: the guide advises it. */
export type Severity = 'must' | 'should';

/**
 * - `pass`, `fail`: it was looked at, and this is what it is.
 * - `unknown`: it could not be looked at from here (no network, no answer, a file that is not there yet).
 * - `question`: only a person can say, and listing.yaml has no answer yet, or the evidence that it names is missing.
 * - `not-applicable`: the rule is about something that this app does not have.
 *
 * A `must` that is `fail`, `unknown` or `question` makes `npm run check` end with 1.
 */
export type State = 'pass' | 'fail' | 'unknown' | 'question' | 'not-applicable';

/** What one rule found. All text is Chinese, for people. */
export interface Finding {
  state: State;
  /** One or two sentences: what was found. Never a secret, a token or a mobile number. */
  detail: string;
  /** What it was read from: addresses, file names, values; one short line each. */
  evidence: readonly string[];
  /** How to mend just this, where that is more exact than the rule's own `remedy`. */
  remedy?: string;
}

/** Everything that a rule may look at. Rules open no connection and read no file but through this. */
export interface Context {
  readonly listing: Listing;
  /** The variables that production runs with; without `NODE_ENV=production` they are not known on this machine. */
  readonly env: Environment;
  /** The variables that developers run with; null where this machine has production's alone. */
  readonly developmentEnv: Environment | null;
  readonly files: ProjectFiles;
  /** What is asked of the network, asked once and shared by the rules. */
  readonly probes: Probes;
  /** The time of this check, in epoch milliseconds. */
  readonly now: number;
  /** All rules: some are about the others' exceptions. */
  readonly rules: readonly Rule[];
}

/** One rule of the guide: one small file in `rules/`, one line in `rules/index.ts`. */
export interface Rule {
  /** Short, in kebab case, never changed: listing.yaml refers to it. */
  id: string;
  section: SectionId;
  /** The rule in one Chinese sentence. */
  title: string;
  severity: Severity;
  /** How it is checked, in Chinese; stands in the table of scripts/docs/listing.md. */
  how: string;
  /** How to mend it, in Chinese: who, where, what. */
  remedy: string;
  /** Whether a person answers it in listing.yaml; made by {@link question}. */
  question?: Question;
  /** May throw: that is reported as a fault of the rule, and the others go on. Should give up when `signal` aborts. */
  check(context: Context, signal: AbortSignal): Promise<Finding>;
}

/** What a person is asked where no program can know. */
export interface Question {
  /** The question itself, to be answered by yes or no, where yes means that the rule is met. */
  ask: string;
  /** Which file shows it (a screenshot, a letter); null where the answer alone is enough. */
  evidence: string | null;
}

/** Makes the findings, so that a rule reads as a few lines. */
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

/**
 * A rule that a person answers in listing.yaml, under `answers.<id>`: `answer` is `yes`, `no` or `not-applicable`
 * (with a `note` that says why), `evidence` the path of a file from the project's root, which must exist and not
 * be empty, or an https address that shows it.
 */
export function question(
  rule: Omit<Rule, 'how' | 'check' | 'question'> & { how?: string } & { question: Question },
): Rule {
  const { ask, evidence } = rule.question;
  return {
    ...rule,
    how:
      rule.how ??
      `在 listing.yaml 的 answers.${rule.id} 里回答：${ask}${evidence === null ? '' : `并附证明：${evidence}。`}`,
    check: (context) => answered(context, rule.id, rule.question),
  };
}

/**
 * The finding that a person's answer gives; for rules that ask only where the program cannot tell.
 *
 * @param id the rule's id, under which listing.yaml holds the answer.
 */
export async function answered(
  { listing, files }: Context,
  id: string,
  { ask, evidence }: Question,
): Promise<Finding> {
  const given = listing.answers[id];
  const where = `listing.yaml：answers.${id}`;
  const open = (detail: string): Finding => ({
    state: 'question',
    detail,
    evidence: [where],
    remedy: `请在 listing.yaml 的 answers.${id} 里填 answer（yes、no 或 not-applicable）${
      evidence === null ? '' : `，evidence 填证明文件的路径：${evidence}`
    }。`,
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
  if (evidence === null) return pass('回答是“是”。', said);
  const file = given.evidence?.trim() ?? '';
  if (file === '') return open(`回答了“是”，但没有附证明：${evidence}。`);
  if (/^https:\/\/./.test(file))
    return pass('回答是“是”，证明是一个网址（没有打开核对）。', [...said, `证明：${file}`]);
  if (!(await files.hasContent(file))) return open(`回答了“是”，但证明文件不存在或是空的：${file}。`);
  return pass('回答是“是”，附有证明。', [...said, `证明：${file}`]);
}
