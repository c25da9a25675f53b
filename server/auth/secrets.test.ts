import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';

test('a secret holds 256 random bits, of which none is always the same', () => {
  const secrets = Array.from({ length: 2000 }, createSecret);
  expect(new Set(secrets.map(({ token }) => token)).size).toBe(secrets.length);
  const ones = new Array<number>(256).fill(0);
  for (const { token, hash } of secrets) {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== 32 || !looksLikeSecret(token) || Buffer.compare(hash, hashSecret(token)) !== 0)
      throw new Error(`not a secret: ${token}`);
    for (let bit = 0; bit < 256; bit += 1)
      ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  // Each bit is set in half of them; ten standard deviations (of 22) are never reached by chance.
  expect(Math.min(...ones)).toBeGreaterThan(780);
  expect(Math.max(...ones)).toBeLessThan(1220);
});
