import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { decompress } from 'wawoff2';
import { projectRoot } from '../../server/config/paths.ts';
import { charactersOf } from './truetype.ts';

/**
 * Noto Sans SC (SIL Open Font License) comes from npm as one file with 7,946 characters (Latin and most of GB 2312),
 * and as some hundred small files, each with a part of Unicode. A small file is read only where a text has a character
 * that the one file lacks (≥, →, ①, rare characters of names).
 */
const folder = path.dirname(
  createRequire(path.join(projectRoot, 'package.json')).resolve('@fontsource/noto-sans-sc/unicode.json'),
);

/** The family name in all the files, since they were cut out of one font. */
export const fontFamily = 'Noto Sans SC Thin';

const mainFile = 'chinese-simplified';

const fonts = new Map<string, Promise<Uint8Array>>();

/** A file as TrueType; kept in memory once made. */
function fontFile(name: string, weight: 400 | 700): Promise<Uint8Array> {
  const file = `noto-sans-sc-${name}-${weight}-normal.woff2`;
  let font = fonts.get(file);
  if (font === undefined) {
    // A copy: the next call of `decompress` writes over its result.
    font = readFile(path.join(folder, 'files', file))
      .then(decompress)
      .then((made) => Uint8Array.from(made));
    fonts.set(file, font);
  }
  return font;
}

/**
 * The fonts that draw a text. Rare characters have no bold font, and those in no file are drawn as an empty box.
 *
 * @param svg the whole text of a file.
 */
export async function fontsFor(svg: string): Promise<Uint8Array[]> {
  const main = await fontFile(mainFile, 400);
  const known = charactersOf(main);
  const rare = [...new Set(svg)].map((one) => one.codePointAt(0) ?? 0).filter((code) => !known.has(code));
  const small = rare.length === 0 ? [] : await smallFilesWith(rare);
  return Promise.all([
    main,
    ...(svg.includes('font-weight') ? [fontFile(mainFile, 700)] : []),
    ...small.map((name) => fontFile(name, 400)),
  ]);
}

/** The names of the small files that have one of these characters, e.g. `113`. */
async function smallFilesWith(codes: readonly number[]): Promise<string[]> {
  const table = JSON.parse(await readFile(path.join(folder, 'unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  return Object.entries(table).flatMap(([name, ranges]) => {
    const has = ranges.split(',').some((range) => {
      const [from = '', to = from] = range.replace('U+', '').split('-');
      return codes.some((code) => code >= Number.parseInt(from, 16) && code <= Number.parseInt(to, 16));
    });
    return has ? [name.replace(/^\[(\d+)\]$/, '$1')] : [];
  });
}
