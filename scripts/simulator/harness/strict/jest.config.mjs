import { fileURLToPath } from 'node:url';
import root from '../../../../jest.config.mjs';

/** The simulator's own Jest project, for the tests in this folder that are meant to fail; see `strict.test.ts`. */
const simulator = root.projects.find(({ displayName }) => displayName === 'simulator');

export default {
  ...simulator,
  rootDir: fileURLToPath(new URL('../../../..', import.meta.url)),
  testMatch: ['<rootDir>/scripts/simulator/harness/strict/*.fixture.ts'],
};
