import fc from 'fast-check';
import { parseJson } from './answer.ts';

describe('parseJson', () => {
  test('keeps every digit of an integer beyond 2^53, as a string', () => {
    expect(parseJson('{"accountId":9007199254740993,"list":[-9007199254740995,9007199254740991]}')).toEqual({
      accountId: '9007199254740993',
      list: ['-9007199254740995', 9007199254740991],
    });
  });

  test('leaves digits inside strings, and floating point numbers, alone', () => {
    const text =
      '{"a":"id 9007199254740993, \\"9007199254740993\\" \\\\","b":1.2345678901234567890,"c":1e300}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test('any integer survives, wherever it stands', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.string(), (id, text) => {
        const parsed = parseJson(JSON.stringify({ text, id: 0, same: text }).replace('"id":0', `"id":${id}`));
        expect(parsed).toMatchObject({ same: text });
        expect(String((parsed as { id: unknown }).id)).toBe(String(id));
      }),
    );
  });

  test('reads everything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
  });
});
