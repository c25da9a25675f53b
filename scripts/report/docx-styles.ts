import { AlignmentType, type IFontAttributesProperties, type IStylesOptions, LineRuleType } from 'docx';

export type Look = 'report' | 'official';

interface Font {
  name: string;
  /** The font to use where this one is missing: since Vista, Windows calls 仿宋_GB2312 仿宋. */
  instead: string;
  family: 'roman' | 'modern' | 'swiss';
}

const fonts = {
  song: { name: '宋体', instead: 'SimSun', family: 'roman' },
  hei: { name: '黑体', instead: 'SimHei', family: 'modern' },
  fangsong: { name: '仿宋_GB2312', instead: '仿宋', family: 'modern' },
  xiaobiaosong: { name: '方正小标宋简体', instead: '宋体', family: 'roman' },
} as const satisfies Record<string, Font>;

/**
 * The East Asian font must be named by itself: with `ascii` alone, Word sets Chinese characters in whatever it
 * likes. `hint` makes quotation marks and dashes Chinese too.
 */
const fontOf = (chinese: keyof typeof fonts, latin = 'Times New Roman'): IFontAttributesProperties => ({
  ascii: latin,
  hAnsi: latin,
  cs: latin,
  eastAsia: fonts[chinese].name,
  hint: 'eastAsia',
});

/** Twentieths of a point, and what GB/T 9704 gives in millimetres. */
const mm = (millimetres: number): number => Math.round((millimetres / 25.4) * 1440);
const a4 = { width: mm(210), height: mm(297) };

interface LookOf {
  page: {
    size: { width: number; height: number };
    margin: { top: number; bottom: number; left: number; right: number; footer: number };
  };
  body: { font: IFontAttributesProperties; size: number };
  table: { font: IFontAttributesProperties; size: number };
  /** Of a paragraph of text, in twentieths of a point. */
  firstLine: number;
  line: { line: number; lineRule: (typeof LineRuleType)[keyof typeof LineRuleType] };
  footer: { font: IFontAttributesProperties; size: number };
}

/** Sizes of text in half points: 二号 44, 三号 32, 四号 28, 小四 24, 五号 21, 小五 18. */
export const looks: Readonly<Record<Look, LookOf>> = {
  report: {
    page: { size: a4, margin: { top: mm(25), bottom: mm(22), left: mm(24), right: mm(24), footer: mm(12) } },
    body: { font: fontOf('song'), size: 22 },
    table: { font: fontOf('song'), size: 19 },
    firstLine: 440,
    line: { line: 340, lineRule: LineRuleType.AUTO },
    footer: { font: fontOf('song'), size: 18 },
  },
  official: {
    page: { size: a4, margin: { top: mm(37), bottom: mm(35), left: mm(28), right: mm(26), footer: mm(25) } },
    body: { font: fontOf('fangsong'), size: 32 },
    table: { font: fontOf('fangsong'), size: 24 },
    firstLine: 640,
    line: { line: 560, lineRule: LineRuleType.EXACT },
    footer: { font: fontOf('song', '宋体'), size: 28 },
  },
};

/** Twentieths of a point between the margins. */
export function textWidthOf(look: Look): number {
  const { size, margin } = looks[look].page;
  return size.width - margin.left - margin.right;
}

export function styles(look: Look): IStylesOptions {
  const { body, line } = looks[look];
  const official = look === 'official';
  const hei = fontOf('hei', official ? 'Times New Roman' : 'Arial');
  return {
    default: {
      document: { run: { ...body, language: { value: 'en-US', eastAsia: 'zh-CN' } } },
      title: {
        run: official
          ? { font: fontOf('xiaobiaosong'), size: 44, bold: false }
          : { font: hei, size: 40, bold: false },
        paragraph: {
          alignment: AlignmentType.CENTER,
          spacing: official
            ? { after: 560, line: 640, lineRule: LineRuleType.EXACT }
            : { before: 120, after: 160 },
        },
      },
      heading1: {
        run: { size: official ? 32 : 28, font: hei, bold: false, color: '000000' },
        paragraph: official
          ? { spacing: { ...line }, indent: { firstLine: looks.official.firstLine }, keepNext: true }
          : { spacing: { before: 320, after: 100, line: 320 }, keepNext: true },
      },
    },
  };
}

/**
 * `word/fontTable.xml`: tells Word and WPS what each font is like and what to take in its place. The library can
 * only list fonts that are embedded.
 */
export const fontTable = [
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
  '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">',
  ...Object.values(fonts).map(
    ({ name, instead, family }) =>
      `<w:font w:name="${name}"><w:altName w:val="${instead}"/><w:charset w:val="86"/><w:family w:val="${family}"/><w:pitch w:val="variable"/></w:font>`,
  ),
  '<w:font w:name="Times New Roman"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>',
  '<w:font w:name="Arial"><w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>',
  '</w:fonts>',
].join('');
