import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../server/config/paths.ts';
import { startEmulator } from './emulator.ts';

const main = path.join(projectRoot, 'scripts', 'emulator', 'main.ts');
const tsx = pathToFileURL(createRequire(path.join(projectRoot, 'package.json')).resolve('tsx')).href;
let child: ChildProcess | null = null;
/** Where the command runs. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'emulator-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  child = null;
});

/** Starts the command and collects what it prints until it ends or `until` appears. */
async function run(
  env: Record<string, string>,
  until: RegExp,
): Promise<{ text: string; exitCode: number | null }> {
  const started = spawn(process.execPath, ['--import', tsx, main], {
    cwd: folder,
    env: { ...process.env, ...env },
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
  const { text } = await run({ EMULATOR_PORT: '0' }, /http:\S+\/_emulator\/people/);
  const url = /http:\S+\/_emulator\/people/.exec(text)?.[0] ?? '';
  expect((await fetch(url)).status).toBe(200);
}, 60_000);

test('a port in use or an unknown argument is told without a stack trace', async () => {
  const other = await startEmulator();
  const inUse = await run({ EMULATOR_PORT: String(other.port) }, /never/);
  await other.close();
  expect(inUse).toEqual({ text: expect.stringContaining(`端口 ${other.port} 已被占用`), exitCode: 1 });
  const word = await run({ EMULATOR_PORT: 'abc' }, /never/);
  expect(word).toEqual({
    text: expect.stringContaining('EMULATOR_PORT：应为 0 到 65535 之间的整数'),
    exitCode: 1,
  });
  expect(inUse.text + word.text).not.toContain('    at ');
}, 60_000);
