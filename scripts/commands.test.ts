import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import { runScript } from '../server/testing/run-script.ts';

/** Every command starts, as a person starts it; what it does is tested beside it. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(`${os.tmpdir()}/commands-`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each<[string, string, string[], number, RegExp]>([
  ['npm run add', 'add/main.ts', ['意见反馈'], 1, /npm run add 意见反馈 feedback/],
  ['npm run build', 'build/main.ts', ['nonsense'], 1, /用法/],
  ['npm run check', 'listing/check/main.ts', ['--help'], 0, /npm run check/],
  ['npm run cli', 'dev/cli.ts', [], 0, /people:unlock/],
  ['npm run cli db:diff', 'dev/cli.ts', ['db:diff', 'Add-Title'], 1, /npm run cli db:diff add_user_title/],
  ['npm run deploy:files', 'deploy/main.ts', ['delete'], 1, /用法/],
  ['npm run emulator', 'emulator/main.ts', [], 1, /EMULATOR_PORT：应为 0 到 65535 之间的整数/],
  ['npm run listing', 'listing/materials/main.ts', [], 1, /没有 listing\.yaml。先运行 npm run init/],
  ['npm run listing ask', 'listing/materials/main.ts', ['ask', '--help'], 0, /npm run listing ask/],
  ['npm run loadtest', 'loadtest/main.ts', ['--nonsense'], 1, /npm run loadtest/],
  ['npm run release:mini', 'release/main.ts', ['next'], 1, /用法/],
  ['npm run template:update', 'update/main.ts', [], 1, /用法/],
])('%s says in Chinese what it takes, without a stack', async (_, script, words, wanted, says) => {
  const { code, output } = await runScript(`scripts/${script}`, words, {
    cwd: folder,
    env: script.startsWith('emulator') ? { EMULATOR_PORT: 'abc' } : {},
  });
  expect(output).toMatch(says);
  expect(output).not.toMatch(/^ +at /m);
  expect(code).toBe(wanted);
});
