/** What a person who waits is shown. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** A line that the next one replaces; nothing where nobody watches. */
  show(line: string): void;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** To a terminal, lines that move; to a file or a pipe, only those that stay. */
export function createProgress(output: Output): Progress {
  let shown = false;
  const clear = () => {
    if (shown) output.write('\r\u001b[K');
    shown = false;
  };
  return {
    say(line) {
      clear();
      output.write(`${line}\n`);
    },
    show(line) {
      if (output.isTTY !== true) return;
      clear();
      output.write(cut(line, (output.columns || 80) - 1));
      shown = true;
    },
  };
}

/** What does not fit into one line of the terminal would stay there. A Chinese character takes two columns. */
function cut(line: string, columns: number): string {
  let width = 0;
  let text = '';
  for (const character of line) {
    width += character > '\u2e7f' ? 2 : 1;
    if (width > columns) return text;
    text += character;
  }
  return text;
}
