import { defineConfig } from 'vitest/config';

/** For the tests in this folder, which are meant to fail; see `strict.test.ts`. */
export default defineConfig({
  test: { globals: true, include: ['scripts/simulator/harness/strict/*.fixture.ts'], testTimeout: 60_000 },
});
