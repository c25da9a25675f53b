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

describe('sign', () => {
  test("gives the official SDK's signature", () => {
    expect(sign('test-secret', input)).toBe(vector);
  });

  test('does not depend on the order of the parameters', () => {
    fc.assert(
      fc.property(
        parameters.chain((pairs) =>
          fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
        ),
        ([pairs, shuffled]) => {
          expect(withParameters(shuffled)).toBe(withParameters(pairs));
        },
      ),
    );
  });

  test('leaves empty values out', () => {
    fc.assert(
      fc.property(parameters, fc.string({ minLength: 1 }), (pairs, key) => {
        expect(withParameters([[key, ''], ...pairs])).toBe(withParameters(pairs));
      }),
    );
  });

  test('changes with the secret and with every part that is signed', () => {
    const others = fc.record({
      secret: fc.string({ minLength: 1 }),
      timestamp: fc.string({ minLength: 1 }),
      nonce: fc.string({ minLength: 1 }),
      path: fc.string({ minLength: 1 }),
      value: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(others, ({ secret, timestamp, nonce, path, value }) => {
        fc.pre(!/\n|^\0*$/.test(secret + timestamp + nonce + path));
        fc.pre(secret !== 'test-secret' && timestamp !== input.timestamp && nonce !== input.nonce);
        fc.pre(path !== input.path && value !== 'test-key');
        expect(sign(secret, input)).not.toBe(vector);
        expect(sign('test-secret', { ...input, timestamp })).not.toBe(vector);
        expect(sign('test-secret', { ...input, nonce })).not.toBe(vector);
        expect(sign('test-secret', { ...input, path })).not.toBe(vector);
        expect(withParameters([['appkey', value], ...input.parameters.slice(1)])).not.toBe(vector);
        expect(sign('test-secret', { ...input, method: 'POST' })).not.toBe(vector);
      }),
    );
  });

  test('sorts keys without regard to case, and the values of a repeated key', () => {
    const sorted: Parameters = [
      ['a', '1'],
      ['B', '2'],
      ['c', '1'],
      ['c', '3'],
    ];
    // As one pair, the text that is signed shows: `a=1&B=2&c=1&c=3`.
    expect(withParameters(sorted.toReversed())).toBe(withParameters([['a', '1&B=2&c=1&c=3']]));
  });

  test('signs raw values, and has no line for parameters that are not there', () => {
    expect(withParameters([['k', '中文 &=+%']])).not.toBe(
      withParameters([['k', encodeURIComponent('中文 &=+%')]]),
    );
    expect(withParameters([])).toBe(withParameters([['k', '']]));
    expect(withParameters([])).not.toBe(
      sign('test-secret', { ...input, path: `${input.path}\n`, parameters: [] }),
    );
  });
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
