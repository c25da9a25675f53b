import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { decompress } from 'wawoff2';
import { projectRoot } from '../../server/config/paths.ts';
import { charactersOf, renameFamily } from './truetype.ts';

/**
 * Noto Sans SC (SIL Open Font License) comes from npm as one file with 7,946 characters (those of GB 2312, Latin),
 * and as some hundred small files, each with a part of Unicode. The one file is read always; a small one, where a
 * text has a character that the one file lacks (≥, →, ①, rare characters of names).
 */
const folder = path.dirname(
  createRequire(path.join(projectRoot, 'package.json')).resolve('@fontsource/noto-sans-sc/unicode.json'),
);

export type Weight = 400 | 700;

/** The family name in all the files, since they were cut out of one font. */
const family = 'Noto Sans SC Thin';

export interface Font {
  weight: Weight;
  /** The name of a small file, e.g. `113`; null for the one file. */
  subset: string | null;
}

interface Subset {
  /** As it stands in the file's name, e.g. `113`. */
  name: string;
  ranges: (readonly [from: number, to: number])[];
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
};

const fonts = new Map<string, Promise<Uint8Array>>();

/** A font as TrueType, called {@link familyOf}; kept in memory once made. */
export function fontFile({ weight, subset }: Font): Promise<Uint8Array> {
  const file = `noto-sans-sc-${subset ?? 'chinese-simplified'}-${weight}-normal.woff2`;
  let font = fonts.get(file);
  if (font === undefined) {
    font = readFile(path.join(folder, 'files', file))
      .then(decompress)
      .then((made) => renameFamily(made, family, familyOf({ weight, subset })));
    fonts.set(file, font);
  }
  return font;
}

/** The family that a font is given, since the renderer tells fonts apart by nothing else. */
export const familyOf = ({ weight, subset }: Font): string =>
  `Noto ${weight} ${subset ?? 'main'}`.padEnd(family.length, '-');

/**
 * The small file of each character that the one file lacks. A character in no file is left out of the answer, and drawn
 * as an empty box.
 */
export async function subsetsFor(text: string): Promise<Map<string, string>> {
  const known = await mainCharacters();
  const found = new Map<string, string>();
  for (const character of new Set(text)) {
    const code = character.codePointAt(0) ?? 0;
    if (known.has(code)) continue;
    const subset = (await subsets()).find(({ ranges }) =>
      ranges.some(([from, to]) => code >= from && code <= to),
    );
    if (subset !== undefined) found.set(character, subset.name);
  }
  return found;
}

const mainCharacters = once(async () => charactersOf(await fontFile({ weight: 400, subset: null })));

const subsets = once(async (): Promise<Subset[]> => {
  const table = JSON.parse(await readFile(path.join(folder, 'unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  return Object.entries(table).map(([name, ranges]) => ({
    name: name.replace(/^\[(\d+)\]$/, '$1'),
    ranges: ranges.split(',').map((range) => {
      const [from = '', to = from] = range.replace('U+', '').split('-');
      return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
    }),
  }));
});
