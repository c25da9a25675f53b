import { compileBroken } from './testing/mutations.ts';

test('ten thousand broken sources each end in a problem or a result within a second', async () => {
  expect(await compileBroken(2026, 10_000)).toBeGreaterThan(5000);
}, 900_000);
