/**
 * Browser tests: `npm run test:e2e`. They start what `npm run dev` starts and drive the browser that is
 * installed. One at a time: each has a whole development stack and a browser of its own.
 */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/scripts/simulator/e2e/**/*.e2e.ts'],
  globalSetup: '<rootDir>/scripts/simulator/e2e/support/setup.ts',
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
