import path from 'node:path';
import { reportFiles, reportFolder } from '../../loadtest/contract.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import type { Listing } from '../listing.ts';
import type { Made, Material } from './material.ts';

const name = '压测报告';

const purposes = {
  [reportFiles.docx]: '应用域名的压测报告，给审批人看。',
  [reportFiles.html]: '同上，网页格式，可打印。',
} as const;

/** The load test's own report (guide 9), as `npm run loadtest` left it. */
export async function loadTestMaterials(listing: Listing, files: ProjectFiles): Promise<Made> {
  const materials: Material[] = [];
  for (const [file, purpose] of Object.entries(purposes)) {
    const content = await files.bytes(`${reportFolder}/${file}`);
    if (content !== null) materials.push({ path: `2-${name}${path.extname(file)}`, purpose, content });
  }
  if (materials.length === Object.keys(purposes).length) return { materials, missing: [] };
  const address = listing.domain.name === null ? '应用域名' : listing.domain.name;
  return {
    materials: [],
    missing: [
      {
        title: name,
        where: '运行压测，报告会自己放到这里',
        example: `npm run loadtest https://${address}`,
        fact: null,
        material: name,
      },
    ],
  };
}
