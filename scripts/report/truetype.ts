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

function tableAt(font: Uint8Array, tag: string): number {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const count = view.getUint16(4);
  for (let nth = 0; nth < count; nth++) {
    const at = 12 + nth * 16;
    if (String.fromCharCode(...font.subarray(at, at + 4)) === tag) return view.getUint32(at + 8);
  }
  throw new Error(`the font has no table ${tag}`);
}
