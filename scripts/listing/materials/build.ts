import { dayInChina } from '../../report/time.ts';
import { type CheckReport, isOpen, type RuleResult } from '../check/report.ts';
import { factAt } from '../facts/facts.ts';
import { versionOfMini } from '../facts/mini-package.ts';
import type { Context } from '../rule.ts';
import { applicationMaterials } from './application.ts';
import { certificateMaterial } from './certificate.ts';
import { evidenceMaterials } from './evidence.ts';
import { loadTestMaterials } from './load-test.ts';
import { aboutOf, type Made, type Missing, missingFact, missingThing } from './material.ts';
import { selfCheckMaterial } from './self-check.ts';
import { signInMaterial } from './sign-in.ts';
import { statementMaterial } from './statement.ts';
import { topologyMaterials } from './topology.ts';

const checkUpName = '自查报告';

/**
 * Everything that goes with the application for listing. What lacks a fact is left out and asked for by name;
 * nothing is made up.
 */
export async function buildMaterials(context: Context, report: CheckReport): Promise<Made> {
  const { listing, env, files, probes, now } = context;
  const day = dayInChina(now);
  const about = aboutOf(listing, day);
  const { results } = report;
  const statements: Made[] = [];
  // Rules without a statement are listed by stillOpen.
  for (const result of results.filter(({ excused }) => excused)) {
    statements.push(await statementMaterial(listing, result));
  }
  const parts: Made[] = [
    await applicationMaterials(listing, await versionOf(context), day),
    await loadTestMaterials(listing, files, about),
    await certificateMaterial(probes, about),
    await topologyMaterials(listing, about),
    await signInMaterial(listing, env, files, about),
    await selfCheckMaterial(report, about),
    ...statements,
    await evidenceMaterials(listing, results, files),
  ];
  const open = results.flatMap(stillOpen);
  return {
    materials: parts.flatMap(({ materials }) => materials),
    missing: unique([...parts.flatMap(({ missing }) => missing), ...open]),
  };
}

/** The points that a rule leaves open: its missing facts, or what to do. */
function stillOpen(result: RuleResult): Missing[] {
  const { id, kind, state, title, detail, facts, remedy } = result;
  if (!isOpen(result)) return [];
  if (facts.length > 0) return facts.map((path) => missingFact(factAt(path), checkUpName));
  const letter = state === 'fail' && kind === 'required';
  const explain = letter ? `做不到的，在 listing.yaml 的 exceptions.${id} 里写情况说明。` : '';
  return [missingThing(title, `体检 ${id}：${detail}${remedy}${explain}`, checkUpName)];
}

/** The mini program's version, or the package's where the app has no mini program. */
async function versionOf({ files, listing }: Context): Promise<string> {
  const mini = listing.app.forms?.includes('miniprogram') === true ? await versionOfMini(files) : null;
  if (mini !== null) return mini;
  const { version } = JSON.parse((await files.read('package.json')) ?? '{}') as { version?: string };
  return version ?? '';
}

/** Merges equal points: several materials may lack the same fact. */
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
