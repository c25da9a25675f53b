import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What only the template's own makers need: their CI, English pages, decisions and benchmark. */
const paths = [
  '.ci',
  'README.en.md',
  'docs/decisions',
  'scripts/docs/decisions',
  'scripts/bench',
  'scripts/update/releases',
];

/** Pictures of the template. */
const imageFolder = 'docs/images';

/**
 * Removes from a fresh copy of the template what belongs to the template alone, and the lines of documents that show
 * a removed picture.
 *
 * @param root the project's folder.
 * @returns what was done, a Chinese line each.
 */
export async function removeTemplatesOwn(root: string): Promise<string[]> {
  const done: string[] = [];
  for (const file of paths) {
    if (!existsSync(path.join(root, file))) continue;
    await rm(path.join(root, file), { recursive: true });
    done.push(`删除 ${file}（只属于模板）`);
  }
  const images = existsSync(path.join(root, imageFolder)) ? await readdir(path.join(root, imageFolder)) : [];
  if (images.length === 0) return done;
  await rm(path.join(root, imageFolder), { recursive: true });
  done.push(`删除 ${imageFolder} 里模板的 ${images.length} 张图片`);
  for (const folder of ['docs', 'scripts/docs']) {
    for (const file of await readdir(path.join(root, folder), { recursive: true })) {
      if (!file.endsWith('.md')) continue;
      const target = path.join(root, folder, file);
      const text = await readFile(target, 'utf8');
      const without = withoutImages(text, images);
      if (without !== text) await writeFile(target, without);
    }
  }
  return done;
}

/** A picture stands alone on its line, and an empty line before it goes with it. */
function withoutImages(markdown: string, images: readonly string[]): string {
  return markdown.replace(/\n?^ *!\[[^\]\n]*\]\([^)\n]*images\/([^)\n]+)\)\n/gm, (line, image: string) =>
    images.includes(image) ? '' : line,
  );
}
