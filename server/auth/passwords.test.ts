import { createPasswords } from './passwords.ts';

const { hash, matches, judge } = createPasswords([]);

test('a hash is argon2id with the parameters that OWASP names, and salted', async () => {
  const [first, second] = await Promise.all([hash('right'), hash('right')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(second).not.toBe(first);
  expect(await matches(first, 'right')).toBe(true);
  expect(await matches(first, 'Right')).toBe(false);
});

test('without a stored password nothing matches', async () => {
  expect(await matches(null, 'right')).toBe(false);
  expect(await matches(null, '')).toBe(false);
});

test('the same characters from another input method match', async () => {
  expect(await matches(await hash('Pass-2026'), 'Ｐａｓｓ-２０２６')).toBe(true);
});

test.each(['dev-pass-2026', 'ｄev-pass-2026'])('a forbidden password never matches: %s', async (typed) => {
  const stored = await hash('dev-pass-2026');
  expect(await matches(stored, typed)).toBe(true);
  const strict = createPasswords(['dev-pass-2026']);
  expect(await strict.matches(stored, typed)).toBe(false);
  // It may not be set either: nobody could use it.
  expect([judge(typed, 'lisi'), strict.judge(typed, 'lisi')]).toEqual([null, 'TOO_COMMON']);
});

test('more guesses than can be hashed soon are refused', async () => {
  const flooded = createPasswords([]);
  const stored = await hash('right');
  const all = await Promise.allSettled(Array.from({ length: 120 }, () => flooded.matches(stored, 'right')));
  const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['TOO_MANY_REQUESTS']));
  expect(all.filter((one) => one.status === 'fulfilled' && one.value).length).toBeGreaterThan(0);
});
