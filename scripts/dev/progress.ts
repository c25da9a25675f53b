import { cut } from './table.ts';

/** What a person who waits is shown. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** A line that the next one replaces; nothing where nobody watches. */
  show(line: string): void;
  /** Takes the line away that moves. */
  clear(): void;
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
    clear,
    say(line) {
      clear();
      output.write(`${line}\n`);
    },
    show(line) {
      if (output.isTTY !== true) return;
      clear();
      // What does not fit into one line would stay there.
      output.write(cut(line, (output.columns || 80) - 1));
      shown = true;
    },
  };
}
