import { type Font, familyOf, fontFile, subsetsFor, type Weight } from './fonts.ts';

/**
 * Names the font of every piece of text in an SVG, in a `tspan`: the renderer does not try a second font for a
 * character that the first one lacks, and does not tell weights of one family apart.
 *
 * @returns the SVG and the fonts that it needs.
 */
export async function withFonts(source: string): Promise<{ svg: string; fontBuffers: Uint8Array[] }> {
  const plain = withCharacters(source);
  const subsets = await subsetsFor(plain);
  const fonts = new Map<string, Font>();
  const bolds: boolean[] = [];
  let texts = 0;
  const svg = plain.replace(/<!--.*?-->|<[^>]*>|[^<]+/gs, (piece) => {
    if (!piece.startsWith('<')) {
      return texts === 0 ? piece : marked(piece, bolds.at(-1) === true ? 700 : 400, subsets, fonts);
    }
    const isText = /^<\/?text[\s>]/.test(piece);
    if (piece.startsWith('</')) {
      bolds.pop();
      if (isText) texts -= 1;
    } else if (!/^<[!?]|\/>$/.test(piece)) {
      bolds.push(isBold(piece, bolds.at(-1) ?? false));
      if (isText) texts += 1;
    }
    return piece;
  });
  return { svg, fontBuffers: await Promise.all([...fonts.values()].map(fontFile)) };
}

function marked(
  text: string,
  weight: Weight,
  subsets: ReadonlyMap<string, string>,
  fonts: Map<string, Font>,
): string {
  let pieces = '';
  let open: string | null = null;
  for (const character of text) {
    const font = { weight, subset: subsets.get(character) ?? null };
    const family = familyOf(font);
    fonts.set(family, font);
    if (family !== open) pieces += `${open === null ? '' : '</tspan>'}<tspan font-family="${family}">`;
    open = family;
    pieces += character;
  }
  return open === null ? '' : `${pieces}</tspan>`;
}

function isBold(tag: string, inherited: boolean): boolean {
  const weight = /\bfont-weight\s*[=:]\s*["']?\s*(\w+)/.exec(tag)?.[1];
  return weight === undefined ? inherited : weight === 'bold' || Number(weight) >= 600;
}

/** Replaces numeric references by their characters, except in ASCII, which may be markup. */
function withCharacters(svg: string): string {
  return svg.replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (all, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code < 0x80 || code > 0x10ffff ? all : String.fromCodePoint(code);
  });
}
