const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript', decorators: false }, target: 'es2022' },
    module: { type: 'commonjs', strict: true, ignoreDynamic: false },
    sourceMaps: 'inline',
  },
];

/** Packages that ship ES modules only: Jest runs CommonJS, so SWC compiles them too. */
const esmPackages = ['typebox', '@prisma/schema-engine-wasm', 'uuid'];

const common = {
  transform: { '\\.[cm]?[jt]s$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esmPackages.join('|')})/)`],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.data/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

export default {
  projects: [
    {
      ...common,
      displayName: 'node',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/{server,scripts,mini,prisma}/**/*.test.ts'],
      testPathIgnorePatterns: [...common.testPathIgnorePatterns, '<rootDir>/scripts/simulator/'],
    },
  ],
};
