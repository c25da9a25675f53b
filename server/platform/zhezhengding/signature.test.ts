import fc from 'fast-check';
import { createNonces, type Parameters, type SigningInput, sign, timestampOf } from './signature.ts';

const input: SigningInput = {
  method: 'GET',
  timestamp: '2026-01-02T03:04:05.678+08:00',
  nonce: '17673230456781234',
  path: '/gettoken.json',
  parameters: [
    ['appkey', 'test-key'],
    ['appsecret', 'test-secret'],
  ],
};
const vector = 'xL07cWIRNzuPxw8LiZcoFbBSqhEXQ+PpPeUeMHj2rWY=';

const withParameters = (parameters: Parameters) => sign('test-secret', { ...input, parameters });

/** Keys differ by more than case: their order would otherwise be up to the stability of the SDK's sort. */
const parameters = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
  selector: ([key]) => key.toLowerCase(),
});

test('a signature is the one that the official SDK makes', () => {
  expect(sign('test-secret', input)).toBe(vector);
});

test('the order of the parameters does not matter, and empty values are not signed', () => {
  const shuffled = parameters.chain((pairs) =>
    fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
  );
  fc.assert(
    fc.property(shuffled, fc.string({ minLength: 1 }), ([pairs, other], key) => {
      expect(withParameters([[key, ''], ...other])).toBe(withParameters(pairs));
    }),
  );
});

test('keys are sorted without regard to case, and so are the values of a repeated key', () => {
  const sorted: Parameters = [
    ['a', '1'],
    ['B', '2'],
    ['c', '1'],
    ['c', '3'],
  ];
  // As one pair, to show the text that is signed: `a=1&B=2&c=1&c=3`.
  expect(withParameters(sorted.toReversed())).toBe(withParameters([['a', '1&B=2&c=1&c=3']]));
});

test('raw values are signed, and no line stands for parameters that are not there', () => {
  const raw = withParameters([['k', '中文 &=+%']]);
  expect(raw).not.toBe(withParameters([['k', encodeURIComponent('中文 &=+%')]]));
  const none = withParameters([]);
  expect(none).toBe(withParameters([['k', '']]));
  expect(none).not.toBe(sign('test-secret', { ...input, path: `${input.path}\n`, parameters: [] }));
});

test('the timestamp is China time with milliseconds, wherever the server stands', () => {
  expect(timestampOf(Date.UTC(2026, 0, 1, 19, 4, 5, 678))).toBe('2026-01-02T03:04:05.678+08:00');
});

test('nonces have 17 digits, and none repeats in a millisecond', () => {
  const next = createNonces();
  const nonces = Array.from({ length: 10_000 }, () => next(1_767_323_045_678));
  expect(new Set(nonces).size).toBe(10_000);
  for (const nonce of nonces) expect(nonce).toMatch(/^1767323045678\d{4}$/);
});
