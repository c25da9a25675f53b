import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { projectRoot } from '../../server/config/paths.ts';
import { fontFamily, fontsFor } from './fonts.ts';

export interface Png {
  data: Uint8Array;
  /** Pixels. */
  width: number;
  height: number;
}

let ready: Promise<void> | null = null;

/** Each picture is drawn once in a process: drawing is slow, and tests write the same materials many times. */
const drawn = new Map<string, Promise<Png>>();

/**
 * Draws an SVG with the Chinese font that the project brings, so that every machine makes the same picture, those
 * without Chinese fonts too. Whatever family the SVG names, its text is set in Noto Sans SC, normal or bold.
 *
 * @param svg the whole text of the file; nothing outside of it is loaded.
 * @param scale pixels for each of the SVG's own; 2 is sharp on paper at half the width of a page.
 * @throws Error of the renderer, if `svg` is not SVG.
 */
export function svgToPng(svg: string, scale = 2): Promise<Png> {
  const key = `${scale} ${svg}`;
  const png = drawn.get(key) ?? draw(svg, scale);
  drawn.set(key, png);
  return png;
}

async function draw(svg: string, scale: number): Promise<Png> {
  // A WebAssembly module can be set up only once in a process.
  ready ??= readFile(
    createRequire(path.join(projectRoot, 'package.json')).resolve('@resvg/resvg-wasm/index_bg.wasm'),
  ).then((wasm) => initWasm(wasm));
  await ready;
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    background: '#fff',
    // Names that the SVG gives lead to the one family that is loaded.
    font: { fontBuffers: await fontsFor(svg), serifFamily: fontFamily, sansSerifFamily: fontFamily },
  });
  try {
    const image = drawing.render();
    try {
      return { data: image.asPng(), width: image.width, height: image.height };
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}
