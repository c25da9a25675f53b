/** Whether people with weak eyes can read the pages: contrast and size of the texts, as the style sheets set them. */
import postcss, { type Rule } from 'postcss';
import { miniSource, readFolder } from '../scripts/build/index.ts';

/** What WCAG 2.1 AA and GB/T 37668 ask of text of ordinary size. */
const CONTRAST = 4.5;
/** Smaller than 12 px on a phone of ordinary width, text is not for reading (rpx). */
const SMALLEST = 24;

interface Style {
  place: string;
  color: string | null;
  background: string | null;
  size: number | null;
}

async function styles(): Promise<Style[]> {
  const found: Style[] = [];
  for (const [file, content] of await readFolder(miniSource)) {
    if (!file.endsWith('.acss')) continue;
    postcss.parse(content.toString('utf8')).walkRules((rule) => {
      const size = value(rule, 'font-size');
      found.push({
        place: `${file} ${rule.selector}`,
        color: value(rule, 'color'),
        background: value(rule, 'background-color'),
        size: size?.endsWith('rpx') === true ? Number.parseFloat(size) : null,
      });
    });
  }
  return found;
}

function value(rule: Rule, property: string): string | null {
  let found: string | null = null;
  rule.walkDecls(property, (declaration) => {
    found = declaration.value;
  });
  return found;
}

/** Relative luminance of `#rrggbb`, by WCAG. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test('black on white has the greatest contrast', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});

test('every text has enough contrast with its background', async () => {
  const all = await styles();
  const backgroundOf = (selector: string) =>
    all.find(({ place }) => place.endsWith(` ${selector}`))?.background ?? '';
  const paper = [backgroundOf('page'), backgroundOf('.card')];
  const dim = all.flatMap(({ place, color, background }) => {
    if (color === null) return [];
    const around = color === '#ffffff' ? [backgroundOf('.home-hero')] : paper;
    return (background === null ? around : [background])
      .map((under) => ({ place, ratio: contrast(color, under) }))
      .filter(({ ratio }) => !(ratio >= CONTRAST));
  });
  expect(dim).toEqual([]);
});

test('no text is too small', async () => {
  const small = (await styles()).filter(({ size }) => size !== null && size < SMALLEST);
  expect(small.map(({ place }) => place)).toEqual([]);
});
