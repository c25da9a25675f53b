import { cut } from './table.ts';

/** The progress that a waiting person sees. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** A line that the next one replaces; shown only on a terminal. */
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
      // Text longer than one line could not be erased.
      output.write(cut(line, (output.columns || 80) - 1));
      shown = true;
    },
  };
}
