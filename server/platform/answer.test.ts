import fc from 'fast-check';
import { runs } from '../testing/runs.ts';
import { parseJson, readAnswer } from './answer.ts';
import { PlatformError } from './platform.ts';

test('an integer beyond 2^53 keeps every digit, as a string', () => {
  expect(parseJson('{"accountId":9007199254740993,"list":[-9007199254740995,9007199254740991]}')).toEqual({
    accountId: '9007199254740993',
    list: ['-9007199254740995', 9007199254740991],
  });
  fc.assert(
    fc.property(fc.bigInt(), fc.string(), (id, text) => {
      const json = JSON.stringify({ text, id: 0, same: text }).replace('"id":0', `"id":${id}`);
      const parsed = Object(parseJson(json));
      expect([String(parsed.id), parsed.same]).toEqual([String(id), text]);
    }),
  );
});

test('all other JSON is read as JSON.parse reads it, also digits inside strings and floating point numbers', () => {
  const digits =
    '{"a":"id 9007199254740993, \\"9007199254740993\\" \\\\","b":1.2345678901234567890,"c":1e300}';
  expect(parseJson(digits)).toEqual(JSON.parse(digits));
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}/.test(text));
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
  expect(() => parseJson('{"a":')).toThrow(SyntaxError);
});

test('an answer of any text is JSON, or a PlatformError that quotes nothing of it', () => {
  const whole = fc.jsonValue().map((value) => JSON.stringify(value));
  const cut = fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), whole, cut),
      fc.constantFrom(200, 400, 429, 500, 503),
      (text, status) => {
        try {
          expect(JSON.stringify(readAnswer('/api', status, undefined, text))).toBeDefined();
          expect(() => JSON.parse(text)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
          if (text.trim().length > 20) expect(String(error)).not.toContain(text.trim());
        }
      },
    ),
    runs(2000),
  );
});
