import { postgresAnswers } from './scripts/jest-postgres.mjs';
import { simulatorProject } from './scripts/simulator/jest.project.mjs';

// Whatever the tests start must not read the developer's `.env`: it may name a real database.
process.env.SKIP_ENV_FILE = '1';

const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs', strict: true, ignoreDynamic: false },
    sourceMaps: 'inline',
  },
];

/**
 * Jest runs CommonJS: SWC compiles the packages that ship ES modules only, and PGlite, whose dynamic imports Jest
 * cannot follow.
 */
const esmPackages = [
  'typebox',
  '@prisma/schema-engine-wasm',
  'uuid',
  'p-limit',
  'yocto-queue',
  '@electric-sql',
];

const node = {
  testEnvironment: 'node',
  transform: { '\\.[cm]?[jt]s$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esmPackages.join('|')})/)`],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.data/', '<rootDir>/scripts/simulator/'],
  // The generated client imports its query compiler as an ES module; the CommonJS twin lies beside it.
  moduleNameMapper: { '^(@prisma/client/runtime/.+)\\.mjs$': '$1.js' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

const projects = [
  {
    ...node,
    displayName: 'node',
    globals: { TEST_DATABASE: 'embedded' },
    testMatch: ['<rootDir>/{mini,server,scripts,prisma}/**/*.test.ts'],
    testPathIgnorePatterns: [...node.testPathIgnorePatterns, '\\.postgres\\.test\\.ts$'],
  },
];
projects.push(simulatorProject(projects[0]));

if (await postgresAnswers(process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres')) {
  projects.push({
    ...node,
    displayName: 'postgresql',
    globals: { TEST_DATABASE: 'postgresql' },
    testMatch: ['<rootDir>/server/**/*.test.ts', '<rootDir>/scripts/**/*.postgres.test.ts'],
    // What never sees this database.
    testPathIgnorePatterns: [
      ...node.testPathIgnorePatterns,
      '<rootDir>/server/platform/',
      '<rootDir>/server/config/',
      '<rootDir>/server/console/app/',
      '<rootDir>/server/database/embedded.test.ts',
      '<rootDir>/server/auth/passwords.test.ts',
    ],
  });
}

// The embedded database alone takes seconds to start, and several start at once on a small machine.
// Each file keeps its own copy of PostgreSQL's WebAssembly alive for as long as its process lives; giving that memory
// back takes a busy machine more than Jest's half a second, which then speaks of a leak that is none.
export default {
  projects,
  testTimeout: 60_000,
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1500MB',
  workerGracefulExitTimeout: 10_000,
};
