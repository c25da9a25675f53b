/*
 * What belongs to a part that an app may leave out is marked where it stands:
 *
 *   await app.register(events); // part: events            this line goes
 *
 *   // part: events                                         the statement, property or element below goes
 *   if (lag > 300) {
 *
 *   // without events: const lag = 0;                       this line is there instead
 *
 * In templates the same stands in <!-- -->.
 */

const mark = /^(\s*)(.*?)\s*(?:\/\/|<!--|\/\*) part: ([a-z0-9]+)(?: -->| \*\/)?$/;
const instead = /^(\s*)(?:\/\/|<!--|\/\*) without ([a-z0-9]+): (.*?)(?: -->| \*\/)?$/;

/** The parts that a text has marks of. */
export function marksIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => mark.exec(line)?.[3] ?? instead.exec(line)?.[2])
    .filter((name) => name !== undefined);
}

/** @param gone which parts are left out. */
export function withoutMarked(text: string, gone: (part: string) => boolean): string {
  const lines = text.split('\n');
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, indent = '', before = '', part = ''] = mark.exec(line) ?? [];
    const [, space = '', other = '', code = ''] = instead.exec(line) ?? [];
    if (gone(part)) {
      if (before === '') at = endOf(lines, at + 1, indent);
    } else kept.push(gone(other) ? space + code : line);
  }
  return kept.join('\n');
}

/** The last line of the statement that begins at a line, with the comments above it. */
function endOf(lines: readonly string[], from: number, indent: string): number {
  let at = from;
  const startsWith = (what: RegExp) => what.test((lines[at] ?? '').slice(indent.length));
  while (startsWith(/^(?:\/\/|\/\*|\*| \*)/)) at += 1;
  for (at += 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const inside = line === '' || /^\s/.test(line.slice(indent.length)) || startsWith(/^(?:[)}\]>]|\/>|<\/)/);
    if (!line.startsWith(indent) && line !== '') break;
    if (!inside) break;
  }
  // Empty lines after the statement are not its own.
  while (lines[at - 1] === '') at -= 1;
  return at - 1;
}
