/** Reads and changes the few tables of a TrueType font that are needed here. */

/**
 * The characters of the Basic Multilingual Plane that a font has.
 *
 * @throws Error if the font has no table of format 4, which every font has that is made for more than one system.
 */
export function charactersOf(font: Uint8Array): Set<number> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const cmap = tableAt(font, 'cmap');
  const found = new Set<number>();
  const count = view.getUint16(cmap + 2);
  for (let nth = 0; nth < count; nth++) {
    const table = cmap + view.getUint32(cmap + 8 + nth * 8);
    if (view.getUint16(table) !== 4) continue;
    const segments = view.getUint16(table + 6) / 2;
    const [ends, starts] = [table + 14, table + 16 + segments * 2];
    for (let segment = 0; segment < segments; segment++) {
      const end = view.getUint16(ends + segment * 2);
      for (let code = view.getUint16(starts + segment * 2); code <= end && code < 0xffff; code++)
        found.add(code);
    }
  }
  if (found.size === 0) throw new Error('the font has no cmap of format 4');
  return found;
}

/**
 * The font under another name, so that a renderer can tell it from its siblings.
 *
 * @throws Error if the names differ in length (nothing in the file is moved), or the font is not called `from`.
 */
export function renameFamily(font: Uint8Array, from: string, to: string): Uint8Array {
  if (from.length !== to.length) throw new Error('the names must be of one length');
  const renamed = Buffer.from(font);
  const [old, fresh] = [utf16(from), utf16(to)];
  const start = tableAt(font, 'name');
  let at = renamed.indexOf(old, start);
  if (at < 0) throw new Error(`the font is not called ${from}`);
  for (; at >= 0; at = renamed.indexOf(old, at + old.length)) fresh.copy(renamed, at);
  return renamed;
}

/** Text as fonts hold it: two bytes a letter, the high one first. */
const utf16 = (text: string) => Buffer.from(text, 'utf16le').swap16();

function tableAt(font: Uint8Array, tag: string): number {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const count = view.getUint16(4);
  for (let nth = 0; nth < count; nth++) {
    const at = 12 + nth * 16;
    if (String.fromCharCode(...font.subarray(at, at + 4)) === tag) return view.getUint32(at + 8);
  }
  throw new Error(`the font has no table ${tag}`);
}
