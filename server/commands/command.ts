import type { Environment } from '../config/environment.ts';
import { StartFailure } from '../config/start-failure.ts';

/** How the operator's program is called: from the sources, or from what was built of them. */
export const program = import.meta.url.endsWith('.ts') ? 'npm run cli' : 'node dist/server/cli.js';

/** The same before words that begin with `--`: npm would take them for its own. */
export const programWithOptions = import.meta.url.endsWith('.ts') ? 'npm run cli --' : program;

/** Everything that a command uses from outside. */
export interface Surroundings {
  env: Environment;
  /** Shows a line of the result. */
  print(line: string): void;
  /** Shows a line that says what is wrong. */
  complain(line: string): void;
  /** Asks the person at the terminal; null without a terminal. */
  ask: { text(question: string): Promise<string>; secret(question: string): Promise<string> } | null;
  /** User names of the example people. In development a database with any other person is refused. */
  invented?: readonly string[];
}

/** One thing that an operator does. */
export interface Command {
  /** Chinese: how it is called, in a line or more. */
  usage: string;
  /**
   * @param args the words after the command's name.
   * @returns the exit code.
   * @throws StartFailure in Chinese for anything that the operator can fix.
   */
  run(args: readonly string[], around: Surroundings): Promise<number>;
}

/** A command was called with wrong arguments; the message ends with the usage. */
export class UsageError extends StartFailure {
  override readonly name = 'UsageError';
  constructor(problem: string, usage: string) {
    super(problem === '' ? usage : `${problem}\n\n${usage}`);
  }
}
