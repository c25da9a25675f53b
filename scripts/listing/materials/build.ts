import { type CheckReport, isSettled, type RuleResult } from '../check/report.ts';
import { classify } from '../facts/classification.ts';
import { factAt } from '../facts/facts.ts';
import { versionOfMini } from '../facts/mini-package.ts';
import type { Context } from '../rule.ts';
import { applicationMaterials } from './application.ts';
import { certificateMaterial } from './certificate.ts';
import { evidenceMaterials } from './evidence.ts';
import { loadTestMaterials } from './load-test.ts';
import { type Made, type Missing, missingFact } from './material.ts';
import { signInMaterial } from './sign-in.ts';
import { statementMaterial } from './statement.ts';
import { topologyMaterials } from './topology.ts';
import { dayInChina } from './wording.ts';

/** What the check-up found, with its own report. */
export interface CheckUp {
  report: CheckReport;
  html: string;
  json: string;
}

const checkUpName = '体检报告';

/**
 * Everything that goes with the application for listing. What lacks a fact is left out and asked for by name;
 * nothing is made up.
 */
export async function buildMaterials(context: Context, checkUp: CheckUp): Promise<Made> {
  const { listing, env, files, probes, now } = context;
  const day = dayInChina(now);
  const { results } = checkUp.report;
  const statements: Made[] = [];
  // A rule without a statement is told by stillOpen: mending it is better than explaining it.
  for (const result of results.filter(({ excused }) => excused)) {
    statements.push(await statementMaterial(listing, result));
  }
  const parts: Made[] = [
    await applicationMaterials(listing, await versionOf(context), day),
    await loadTestMaterials(listing, files),
    await certificateMaterial(probes, listing.app.name ?? listing.domain.name ?? '', now),
    await topologyMaterials(listing),
    await signInMaterial(listing, env, files, day),
    checkUpMaterials(checkUp),
    ...statements,
    await evidenceMaterials(listing, results, files),
  ];
  const open = results.flatMap(stillOpen);
  return {
    materials: parts.flatMap(({ materials }) => materials),
    missing: unique([...parts.flatMap(({ missing }) => missing), ...open]),
  };
}

/** What a must that is not met still asks for. A fact that it waits for is asked for as any other. */
function stillOpen({ id, severity, state, excused, detail, evidence, remedy }: RuleResult): Missing[] {
  if (severity !== 'must' || excused || isSettled(state)) return [];
  const facts = state === 'question' ? factsIn(evidence) : [];
  if (facts.length > 0) return facts.map((path) => missingFact(factAt(path), checkUpName));
  return [
    {
      title: `体检 ${id}：${detail}`,
      where:
        state === 'fail' ? `${remedy}做不到的，在 listing.yaml 的 exceptions.${id} 里写情况说明。` : remedy,
      example: null,
      fact: null,
      material: checkUpName,
    },
  ];
}

/** The facts that a finding of `askForFacts` names; an answer (`answers.…`) is none. */
function factsIn(evidence: readonly string[]): string[] {
  return evidence.flatMap((line) => /^listing\.yaml：((?!answers\.)[a-z]+\.[A-Za-z]+)/.exec(line)?.[1] ?? []);
}

function checkUpMaterials({ html, json }: CheckUp): Made {
  return {
    materials: [
      {
        path: '6-体检报告.html',
        purpose: '指南每条规则的检查结果、依据和处理办法。',
        content: Buffer.from(html, 'utf8'),
      },
      { path: '6-体检报告.json', purpose: '同上，给程序读。', content: Buffer.from(json, 'utf8') },
    ],
    missing: [],
  };
}

/** The mini program's version, or the package's where the app has no mini program. */
async function versionOf({ files, listing }: Context): Promise<string> {
  const mini = listing.app.forms?.includes('miniprogram') === true ? await versionOfMini(files) : null;
  if (mini !== null) return mini;
  const { version } = JSON.parse((await files.read('package.json')) ?? '{}') as { version?: string };
  return version ?? '';
}

/** The same fact may be missed by several of the materials: it is asked for once. */
function unique(missing: readonly Missing[]): Missing[] {
  const found = new Map<string, Missing>();
  for (const one of missing) {
    const key = `${one.where}|${one.title}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, one);
    else if (!known.material.split('、').includes(one.material)) {
      found.set(key, { ...known, material: `${known.material}、${one.material}` });
    }
  }
  return [...found.values()];
}

/** For the contents page and the command line: 自建应用 or 统建应用; null while nobody can say. */
export const kindOf = ({ listing }: Context): string | null => classify(listing)?.name ?? null;
