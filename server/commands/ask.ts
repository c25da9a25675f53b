import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks at the terminal. @returns what was typed, without blanks at the ends */
export function ask(question: string): Promise<string> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    terminal.question(question, (answer) => {
      terminal.close();
      resolve(answer.trim());
    });
  });
}

/** Asks for a secret: what is typed does not show. */
export function askSecret(question: string): Promise<string> {
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
