import { answerTo, compileBroken } from './testing/mutations.ts';

/**
 * The compiler reports problems at places that exist, whatever a file contains while somebody types. It never throws
 * and never hangs.
 */
test('broken sources end in problems at places that exist', async () => {
  expect(await compileBroken(1, 150)).toBeGreaterThan(75);
});

test.each([
  ['tags without an end', 'a.axml', '<view>'.repeat(20_000)],
  ['tags in tags', 'a.axml', '<view>'.repeat(3000) + '</view>'.repeat(3000)],
  ['expressions without an end', 'a.axml', '{{'.repeat(20_000)],
  ['brackets in brackets', 'a.axml', `<view>{{${'('.repeat(9000)}a${')'.repeat(9000)}}}</view>`],
  ['marks', 'a.axml', '<'.repeat(20_000)],
  ['quotes', 'a.axml', '<view a="'.repeat(5000)],
  ['braces of styles', 'a.acss', '.a{'.repeat(20_000)],
  ['functions in functions', 'a.ts', 'function f(){'.repeat(9000)],
  ['operators in scripts', 'a.ts', `Page({ a: ${'!'.repeat(9000)}1 });`],
  ['lists in lists of JSON', 'a.json', '['.repeat(20_000)],
])('far too many %s are a problem, and soon', async (_name, file, source) => {
  expect(await answerTo(file, source)).toEqual({ refused: true });
});
