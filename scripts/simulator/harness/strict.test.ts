import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Report {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
}

/** What each test of the fixture fails by. */
const REASONS = {
  'a promise that nobody awaits, begun while loading': 'FLOATING',
  'a promise that nobody awaits, begun by the last step': 'FLOATING TAP',
  'a promise of a timer': 'IN TIMER',
  'the rejected promise of a handler, after the last line': 'AFTER',
  'console.error after the last line': 'SAID',
  'an error while the page goes': 'UNLOAD',
  'an error while drawing, after the last line': 'DRAWING',
};

test('Jest itself fails a test for whatever goes wrong in the mini program, whenever it does', async () => {
  const config = 'scripts/simulator/harness/strict/jest.config.mjs';
  const args = ['node_modules/jest/bin/jest.js', '-c', config, '--json', '--silent', '--ci'];
  const run = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
  // It ends with 1, and what it found is on its standard output.
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  const report = JSON.parse(stdout) as Report;
  const found = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ title, status, failureMessages }) => {
      const reason = REASONS[title as keyof typeof REASONS];
      return [
        title,
        status,
        failureMessages.some((message) => message.includes(reason)) ? reason : failureMessages,
      ];
    });
  expect(found).toEqual(Object.entries(REASONS).map(([title, reason]) => [title, 'failed', reason]));
}, 120_000);
