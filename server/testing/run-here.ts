import { explainStartFailure } from '../config/start-failure.ts';

export interface EndedHere {
  /** The exit code. */
  code: number;
  stdout: string;
  stderr: string;
  /** Both, in the order in which they were written. */
  output: string;
}

/**
 * Runs a command in this process, without a terminal, with its own arguments, variables and folder: a new process takes
 * a second to start.
 *
 * @param main the command; what it resolves to is its exit code.
 * @param env over the variables of this process; undefined takes one away.
 */
export async function runHere(
  main: (args: string[]) => Promise<number>,
  args: readonly string[],
  { env = {}, cwd = process.cwd() }: { env?: Record<string, string | undefined>; cwd?: string } = {},
): Promise<EndedHere> {
  const ended: EndedHere = { code: 0, stdout: '', stderr: '', output: '' };
  const to = (stream: 'stdout' | 'stderr') => (text: unknown) => {
    ended[stream] += String(text);
    ended.output += String(text);
    return true;
  };
  const line =
    (write: (text: unknown) => boolean) =>
    (...values: unknown[]) =>
      void write(`${values.join(' ')}\n`);
  const folder = process.cwd();
  const variables = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  process.chdir(cwd);
  setAll(env);
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(to('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(to('stderr')),
    vi.spyOn(console, 'log').mockImplementation(line(to('stdout'))),
    vi.spyOn(console, 'warn').mockImplementation(line(to('stderr'))),
    vi.spyOn(console, 'error').mockImplementation(line(to('stderr'))),
  ];
  try {
    ended.code = await main([...args]);
  } catch (error) {
    to('stderr')(`${explainStartFailure(error) ?? (error instanceof Error ? error.stack : error)}\n`);
    ended.code = 1;
  } finally {
    for (const spy of spies) spy.mockRestore();
    setAll(variables);
    process.chdir(folder);
  }
  return ended;
}

function setAll(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
