import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './server/testing/longest-first.ts';
import { nameRun, postgresAnswers } from './server/testing/postgres.ts';

// Whatever the tests start must not read the developer's `.env`: it may name a real database.
process.env.SKIP_ENV_FILE = '1';
nameRun();

const withPostgres = await postgresAnswers();
const kind = withPostgres ? 'postgresql' : 'embedded';
const never = ['**/node_modules/**', 'dist/**', '.data/**'];
/** Of the server's tests, those that ask no database: once is enough. */
const withoutDatabase = [
  'server/{config,console,commands/certificate}/**',
  'server/{auth/{passwords,secrets},certificate/inspect,commands/{main,notify/arguments}}.test.ts',
  'server/{database/{embedded,sealing,uuid},import-export/{csv,reader,xlsx}}.test.ts',
  'server/plugins/{connections,docs,draining,headers,version}.test.ts',
  'server/platform/**/!(token-store).test.ts',
];
const needsPostgres = withPostgres ? [] : ['**/*.postgres.*'];

/** One process evaluates the packages and the project's modules once, for all the files that it runs. */
const common = {
  globals: true,
  pool: 'forks' as const,
  isolate: false,
  setupFiles: ['server/testing/shared-serializers.ts'],
  globalSetup: withPostgres ? ['server/testing/end-of-run.ts'] : [],
  // A busy machine is no fault.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** `npm test` runs the first project, `npm run test:all` every one. */
export default defineConfig({
  test: {
    // Files wait for processes, databases and time-outs: one worker more than processors keeps these busy.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './server/testing/slowest.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'quick',
          include: ['{mini,prisma,scripts,server}/**/*.test.ts'],
          exclude: [...never, ...needsPostgres, '**/*.long.*'],
          env: { TEST_DATABASE: kind },
        },
      },
      {
        test: {
          ...common,
          name: 'long',
          include: ['{mini,prisma,scripts,server}/**/*.long.test.ts'],
          exclude: [...never, ...needsPostgres],
          env: { TEST_DATABASE: kind, TEST_RUNS: '10' },
        },
      },
      {
        test: {
          ...common,
          name: 'embedded',
          include: withPostgres ? ['server/**/*.test.ts'] : [],
          exclude: [...never, '**/*.postgres.*', '**/*.long.*', ...withoutDatabase],
          env: { TEST_DATABASE: 'embedded' },
        },
      },
      {
        test: {
          ...common,
          name: 'browser',
          include: [
            'scripts/simulator/e2e/**/*.e2e.ts',
            ...(withPostgres ? ['server/console/e2e/**/*.e2e.ts'] : []),
          ],
          exclude: never,
          env: { TEST_DATABASE: kind },
          globalSetup: [
            ...common.globalSetup,
            withPostgres ? 'server/console/e2e/support/setup.ts' : 'server/testing/e2e-setup.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two at a time, after the others: each file has a whole stack and a browser of its own.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
