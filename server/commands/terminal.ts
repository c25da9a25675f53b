import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Environment } from '../config/environment.ts';
import type { Surroundings } from './command.ts';

/** The surroundings of a command in this process: its streams, and questions if they are a terminal. */
export const atTerminal = (env: Environment): Surroundings => ({
  env,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
  ask:
    process.stdin.isTTY === true && process.stdout.isTTY === true ? { text: ask, secret: askSecret } : null,
});

/** Asks at the terminal. @returns what was typed, without blanks at the ends */
function ask(question: string): Promise<string> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    terminal.question(question, (answer) => {
      terminal.close();
      resolve(answer.trim());
    });
  });
}

/** Asks for a secret, which is not shown while it is typed. */
function askSecret(question: string): Promise<string> {
  return new Promise((resolve) => {
    process.stdout.write(question);
    // What the terminal would echo goes nowhere.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
    terminal.question('', (answer) => {
      terminal.close();
      process.stdout.write('\n');
      resolve(answer);
    });
    // Ctrl-C ends the tool, as everywhere.
    terminal.on('SIGINT', () => {
      process.stdout.write('\n');
      process.exit(130);
    });
  });
}
