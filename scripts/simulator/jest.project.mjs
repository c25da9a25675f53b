/**
 * The Jest project of the simulator, to be added to `projects` of the root `jest.config.mjs`.
 *
 * The environment is `node`: the harness makes one jsdom document for each phone, so tests have Node's own
 * sockets and `fetch` for the real server, and no global `window` that a device would not have.
 */
export function simulatorProject(common) {
  return {
    ...common,
    displayName: 'simulator',
    testEnvironment: 'node',
    testMatch: ['<rootDir>/scripts/simulator/**/*.test.ts'],
    testPathIgnorePatterns: [...common.testPathIgnorePatterns, '<rootDir>/scripts/simulator/e2e/'],
  };
}
