/** Pieces of SVG that the toolbox's pictures share. */
import { escapeHtml } from './html.ts';

/** For pages, where the first family that a machine has is taken; `svgToPng` brings a font of its own. */
const fontFamily = 'PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif';

export interface TextStyle {
  /** Pixels; 12 by default. */
  size?: number;
  bold?: boolean;
  colour?: string;
  /** The part of the text that stands at `x`; its start by default. */
  anchor?: 'middle' | 'end';
  /** White around the letters, for a text that may stand on a line. */
  halo?: boolean;
}

export const grey = '#5c6470';
export const ink = '#1f2329';

/** A whole picture on white. @param title what it shows, also for those who do not see it */
export const svgFile = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="12" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

export function svgText(
  x: number,
  y: number,
  text: string,
  { size, bold = false, colour = grey, anchor, halo = false }: TextStyle = {},
): string {
  const more = [
    size === undefined ? '' : ` font-size="${size}"`,
    bold ? ' font-weight="700"' : '',
    anchor === undefined ? '' : ` text-anchor="${anchor}"`,
    halo ? ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' : '',
  ].join('');
  return `<text x="${round(x)}" y="${round(y)}" fill="${colour}"${more}>${escapeHtml(text)}</text>`;
}

export const round = (value: number): number => Math.round(value * 10) / 10;
