import { main } from '../commands/main.ts';
import type { Environment } from '../config/environment.ts';

/**
 * Runs a command of the operator's program in this process, without a terminal.
 *
 * @param env all the settings that it sees.
 * @returns its exit code, and what it wrote, lines ended as on a terminal.
 */
export async function runCommand(
  words: readonly string[],
  env: Environment,
): Promise<{ code: number; output: string }> {
  let output = '';
  const write = (line: string) => {
    output += `${line}\n`;
  };
  const code = await main(words, { env, print: write, complain: write, ask: null });
  return { code, output };
}
