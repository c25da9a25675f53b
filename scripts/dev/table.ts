/** How many columns a terminal uses for the text: Chinese characters and full-width signs take two. */
export function columns(text: string): number {
  let width = 0;
  for (const character of text) width += /[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹯＀-｠￠-￦]/u.test(character) ? 2 : 1;
  return width;
}

/** The beginning of a text that takes at most so many columns of a terminal. */
export function cut(text: string, room: number): string {
  let start = '';
  for (const character of text) {
    if (columns(start + character) > room) break;
    start += character;
  }
  return start;
}

/**
 * Lays rows out in aligned columns between rules.
 *
 * @param sections groups of rows; a rule stands between two groups.
 */
export function table(sections: readonly (readonly (readonly string[])[])[]): string {
  const rows = sections.flat();
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(...rows.map((row) => columns(row[index] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    `  ${widths.map((width, index) => (row[index] ?? '') + ' '.repeat(width - columns(row[index] ?? ''))).join('  ')}`.trimEnd();
  const rule = `  ${'─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))}`;
  return [rule, ...sections.flatMap((section) => [...section.map(line), rule])].join('\n');
}
