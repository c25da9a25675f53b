import path from 'node:path';
import type { ProjectFiles } from '../check/project-files.ts';
import type { Listing } from '../listing.ts';
import { fileName, type Made, type Material, made } from './material.ts';

/** The files that prove the answers of listing.yaml, each named after the rule that it proves. */
export async function evidenceMaterials(
  listing: Listing,
  rules: readonly { id: string; title: string; state: string }[],
  files: ProjectFiles,
): Promise<Made> {
  const materials: Material[] = [];
  for (const { id, title } of rules.filter(({ state }) => state === 'pass')) {
    const answer = listing.answers[id];
    const file = answer?.answer === 'yes' ? (answer.evidence?.trim() ?? '') : '';
    // An address can be evidence too, but has no file. The check reports missing files.
    const content = file === '' || /^https?:/.test(file) ? null : await files.bytes(file);
    if (content === null) continue;
    materials.push({
      path: `8-证明材料/${materials.length + 1}-${fileName(title)}${path.extname(file)}`,
      purpose: `证明：${title}`,
      content,
    });
  }
  return made(...materials);
}
