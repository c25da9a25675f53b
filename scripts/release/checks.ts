import { existsSync } from 'node:fs';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';
import { lintMini } from '../build/mini/lint.ts';
import { createProbes } from '../listing/check/probes.ts';
import { projectFiles } from '../listing/check/project-files.ts';
import { runRules } from '../listing/check/run.ts';
import { emptyListing } from '../listing/listing.ts';
import { listingFile, loadListing } from '../listing/listing-file.ts';
import { rules } from '../listing/rules/index.ts';

/** A rule that a person must decide, or for which a fact is missing. */
export interface OpenPoint {
  title: string;
  detail: string;
}

/**
 * The checks of `npm run lint mini` on the sources, and the listing's rules about the mini program's package.
 *
 * @returns what only people can decide.
 * @throws StartFailure in Chinese with everything that is wrong.
 */
export async function checkMini(root: string): Promise<OpenPoint[]> {
  const { errors } = await lintMini(path.join(root, 'mini'));
  if (errors.length > 0) throw new StartFailure(`小程序检查没有通过，没有发布：\n${errors.join('\n')}`);
  const file = path.join(root, listingFile);
  const now = Date.now();
  const report = await runRules(
    rules.filter(({ id }) => id.startsWith('mini-')),
    {
      listing: existsSync(file) ? await loadListing(file) : emptyListing(),
      env: process.env,
      developmentEnv: null,
      files: projectFiles(root),
      // These rules ask the network for nothing.
      probes: createProbes({ host: null, connect: new Map(), ca: undefined, now }),
      now,
      rules,
    },
  );
  const wrong = report.results.filter(({ state }) => state === 'fail' || state === 'fault');
  if (wrong.length > 0) {
    const lines = wrong.flatMap(({ id, title, detail, evidence, remedy }) => [
      `✘ ${title}（${id}）`,
      `  ${detail}`,
      ...evidence.map((line) => `    ${line}`),
      `  ${remedy}`,
    ]);
    throw new StartFailure(`上架体检里小程序的规则没有通过，没有发布：\n${lines.join('\n')}`);
  }
  return report.results
    .filter(({ state }) => state === 'question' || state === 'unknown')
    .map(({ title, detail }) => ({ title, detail }));
}
