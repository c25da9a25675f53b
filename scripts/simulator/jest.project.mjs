/**
 * The Jest project of the simulator, for `projects` of the root `jest.config.mjs`.
 *
 * The environment is `node`: the harness makes one jsdom document for each phone, so tests have Node's own
 * sockets and `fetch` for the real server, and no global `window` that a device would not have.
 *
 * @param common the settings of the other projects; what they leave out of this folder is theirs to leave out
 */
export function simulatorProject(common) {
  const others = common.testPathIgnorePatterns.filter((pattern) => !pattern.includes('scripts/simulator'));
  return {
    ...common,
    displayName: 'simulator',
    testEnvironment: 'node',
    testMatch: ['<rootDir>/scripts/simulator/**/*.test.ts'],
    testPathIgnorePatterns: [...others, '<rootDir>/scripts/simulator/e2e/'],
  };
}
