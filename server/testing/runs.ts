/** The number of tries of a property: ten times as many in `properties.long.test.ts` (`npm run test:all`). */
export const runs = (usual: number): { numRuns: number } => ({
  numRuns: usual * Number(process.env.TEST_RUNS ?? 1),
});
