import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderSVG, renderUnicodeCompact } from 'uqr';
import { svgToPng } from '../report/png.ts';

/**
 * Writes a QR code as a picture.
 *
 * @param file the `.png`.
 * @returns the same for a terminal, whose own colours it does not depend on.
 */
export async function writeQrCode(content: string, file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const { data } = await svgToPng(renderSVG(content, { border: 4, pixelSize: 4 }), 2);
  await writeFile(file, data);
  return renderUnicodeCompact(content, { border: 2 })
    .split('\n')
    .map((line) => `\u001b[97;40m${line}\u001b[0m`)
    .join('\n');
}
