import { postgresAnswers } from './scripts/jest-postgres.mjs';

// Whatever the tests start must not read the developer's `.env`: it may name a real database.
process.env.SKIP_ENV_FILE = '1';

/** The console is tested on PostgreSQL, as it runs in production; without one its tests are left out. */
const withConsole = await postgresAnswers(
  process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres',
);

/**
 * Browser tests: `npm run test:e2e`. They start what `npm run dev` starts, or the server with the built console,
 * and drive the browser that is installed. One at a time: each has a whole stack and a browser of its own.
 */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/scripts/simulator/e2e/**/*.e2e.ts',
    ...(withConsole ? ['<rootDir>/server/console/e2e/**/*.e2e.ts'] : []),
  ],
  globalSetup: withConsole
    ? '<rootDir>/server/console/e2e/support/setup.ts'
    : '<rootDir>/server/testing/e2e-setup.ts',
  globalTeardown: '<rootDir>/server/console/e2e/support/teardown.ts',
  transform: {
    '\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript', tsx: false }, target: 'es2022' },
        module: { type: 'commonjs', strict: true, ignoreDynamic: false },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  maxWorkers: 1,
  testTimeout: 120_000,
};
