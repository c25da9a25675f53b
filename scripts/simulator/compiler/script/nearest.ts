/** How many letters to add, remove, change or swap until two words are the same; `limit + 1` when more. */
function distance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let [older, previous] = [[] as number[], Array.from({ length: other.length + 1 }, (_none, index) => index)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const at = (line: readonly number[], index: number): number => line[index] ?? limit + 1;
      let best = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        best = Math.min(best, at(older, column - 2) + 1);
      current.push(best);
    }
    [older, previous] = [previous, current];
  }
  return previous[other.length] ?? limit + 1;
}

/** The word closest to a misspelt one, whatever the capitals; undefined when none is close enough. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const limit = word.length < 5 ? 1 : 2;
  let best: { word: string; distance: number } | undefined;
  for (const candidate of words) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase(), limit);
    if (far <= limit && far < (best?.distance ?? limit + 1)) best = { word: candidate, distance: far };
  }
  return best?.word;
}
