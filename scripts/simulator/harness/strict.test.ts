import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Tests of the fixture that fail, and what their message says. */
const failing = {
  'the rejected promise of a handler, after the last line': 'AFTER',
  'an error while drawing, after the last line': 'DRAWING',
};

/** Tests of the fixture that leave a promise behind: Vitest fails the run and names the test beside the error. */
const leaving = {
  'a promise that nobody awaits, begun while loading': 'FLOATING',
  'a promise that nobody awaits, begun by the last step': 'FLOATING TAP',
  'a promise of a timer': 'IN TIMER',
};

test('a test run fails for whatever goes wrong in the mini program, whenever it does', async () => {
  const config = 'scripts/simulator/harness/strict/vitest.config.ts';
  const args = ['node_modules/vitest/vitest.mjs', 'run', '-c', config, '--root', '.', '--reporter=default'];
  const run = promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, CI: '', NO_COLOR: '1' },
  });
  const failed = await run.then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  expect(failed?.code).toBe(1);
  for (const [title, reason] of Object.entries(failing)) {
    expect(failed?.stderr).toMatch(new RegExp(`FAIL .*> ${title}\nError: 小程序出错了：\n.*${reason}`));
  }
  for (const [title, reason] of Object.entries(leaving)) {
    expect(failed?.stderr).toMatch(
      new RegExp(`Error: ${reason}\n[^]*?might've caused the error is "${title}"`),
    );
  }
}, 120_000);
