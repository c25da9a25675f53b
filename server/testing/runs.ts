/** How often a property is tried: ten times as often by `npm run test:all`, in `properties.long.test.ts`. */
export const runs = (usual: number): { numRuns: number } => ({
  numRuns: usual * Number(process.env.TEST_RUNS ?? 1),
});
