import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../rule.ts';
import { archiveOf } from './archive.ts';
import { buildMaterials, type CheckUp, kindOf } from './build.ts';
import { contentsMaterial } from './contents.ts';
import { asLocked, writeMaterials } from './folder.ts';
import type { Missing } from './material.ts';
import { dayInChina } from './wording.ts';

/** The folder within the output folder, and the archive beside it. */
export const materialsFolder = '上架材料';

export interface ListingResult {
  /** How many files there are, the contents page among them. */
  files: number;
  missing: readonly Missing[];
  edited: readonly { path: string; newPath: string }[];
  folder: string;
  archive: string;
}

/**
 * Builds the materials and writes them as a folder and as an archive. Running it again replaces what it wrote and
 * leaves what people edited.
 *
 * @param out the output folder, e.g. `listing`.
 */
export async function writeListing(context: Context, checkUp: CheckUp, out: string): Promise<ListingResult> {
  const { materials, missing } = await buildMaterials(context, checkUp);
  const about = {
    appName: context.listing.app.name,
    kind: kindOf(context),
    day: dayInChina(context.now),
    rehearsal: checkUp.report.rehearsal,
  };
  const all = [contentsMaterial(about, materials, missing), ...materials];
  const folder = path.join(out, materialsFolder);
  const written = await writeMaterials(folder, all);
  const archive = `${folder}.zip`;
  await mkdir(out, { recursive: true });
  await writeFile(archive, archiveOf(materialsFolder, written.files, context.now)).catch((error: unknown) => {
    throw asLocked(error, archive);
  });
  return { files: all.length, missing, edited: written.edited, folder, archive };
}

/** What the command prints. */
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
          `还缺 ${missing.length} 项，补上后重新运行 npm run listing：`,
          ...missing.map(
            ({ title, where, example }) =>
              `  · ${title}\n      ${where}${example === null ? '' : `\n      例如 ${example}`}`,
          ),
        ]),
  ].join('\n');
}
