import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zipSync } from 'fflate';
import { asLocked, writeGenerated } from '../../report/generated.ts';
import { dayInChina } from '../../report/time.ts';
import type { CheckReport } from '../check/report.ts';
import { classify } from '../facts/classification.ts';
import type { Context } from '../rule.ts';
import { buildMaterials } from './build.ts';
import { contentsMaterial } from './contents.ts';
import { aboutOf, type Missing } from './material.ts';

/** The folder within the output folder, and the archive beside it. */
export const materialsFolder = '上架材料';

export interface ListingResult {
  /** How many files there are, the contents page among them. */
  files: number;
  missing: readonly Missing[];
  edited: readonly { path: string; newPath?: string }[];
  folder: string;
  archive: string;
}

/**
 * Builds the materials and writes them as a folder and as an archive. A second run replaces its own files and keeps
 * those that people edited.
 *
 * @param out the output folder, e.g. `listing`.
 */
export async function writeListing(
  context: Context,
  report: CheckReport,
  out: string,
): Promise<ListingResult> {
  const { materials, missing } = await buildMaterials(context, report);
  const about = {
    facts: aboutOf(context.listing, dayInChina(context.now)),
    kind: classify(context.listing)?.name ?? null,
    rehearsal: report.rehearsal,
  };
  const all = [contentsMaterial(about, materials, missing), ...materials];
  const folder = path.join(out, materialsFolder);
  const written = await writeGenerated(folder, all, { beside });
  const archive = `${folder}.zip`;
  await mkdir(out, { recursive: true });
  // fflate marks Chinese names as UTF-8 (bit 11 of the flags, APPNOTE 4.4.4), which is what Windows Explorer goes by.
  const inFolder = written.map((file) => [`${materialsFolder}/${file.path}`, file.content] as const);
  const zip = zipSync(Object.fromEntries(inFolder), { mtime: context.now });
  await writeFile(archive, zip).catch((error: unknown) => {
    throw asLocked(error, archive);
  });
  return {
    files: all.length,
    missing,
    edited: written.filter(({ what }) => what === 'edited'),
    folder,
    archive,
  };
}

/** `1-上架申请信息.docx` → `1-上架申请信息（新生成）.docx`. */
function beside(file: string): string {
  const extension = path.posix.extname(file);
  return `${file.slice(0, file.length - extension.length)}（新生成）${extension}`;
}

/** The text that the command prints. */
export function describeListing({ files, missing, edited, folder, archive }: ListingResult): string {
  return [
    `上架材料：${files} 个文件`,
    `  文件夹：${folder}`,
    `  压缩包：${archive}`,
    ...edited.map(({ path: file, newPath }) => `  保留：${file} 您改过，没有覆盖；新的是 ${newPath}`),
    ...(missing.length === 0
      ? ['材料齐全。请看一遍目录，再交给业主单位。']
      : [
          '',
          `还缺 ${missing.length} 项，补上后重新运行 npm run listing（listing.yaml 里的可以用 npm run listing ask 逐项填）：`,
          ...missing.map(
            ({ title, where, example }) =>
              `  · ${title}\n      ${where}${example === null ? '' : `\n      例如 ${example}`}`,
          ),
        ]),
  ].join('\n');
}
