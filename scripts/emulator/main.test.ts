import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startEmulator } from './emulator.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let child: ChildProcess | null = null;

afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  child = null;
});

/** Starts the command and collects what it prints until it ends or `until` appears. */
async function run(port: string, until: RegExp): Promise<{ text: string; exitCode: number | null }> {
  const started = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, EMULATOR_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let text = '';
  return new Promise((resolve) => {
    const take = (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (until.test(text)) resolve({ text, exitCode: started.exitCode });
    };
    started.stdout.on('data', take);
    started.stderr.on('data', take);
    started.on('close', (exitCode) => resolve({ text, exitCode }));
  });
}

test('the command starts the emulator and says where it is', async () => {
  const { text } = await run('0', /http:\S+\/_emulator\/people/);
  const url = /http:\S+\/_emulator\/people/.exec(text)?.[0] ?? '';
  expect((await fetch(url)).status).toBe(200);
}, 20_000);

test('a port in use, or a word, ends it with a message and no stack trace', async () => {
  const other = await startEmulator();
  const inUse = await run(String(other.port), /never/);
  await other.close();
  expect(inUse).toEqual({ text: expect.stringContaining(`端口 ${other.port} 已被占用`), exitCode: 1 });
  const word = await run('abc', /never/);
  expect(word).toEqual({ text: expect.stringContaining('EMULATOR_PORT 不是端口号：abc'), exitCode: 1 });
  expect(inUse.text + word.text).not.toContain('    at ');
}, 20_000);
