/** Strings, or numbers: whichever comes first, so that digits inside a string are never taken for a number. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON like `JSON.parse`, but an integer beyond 2^53 becomes a string of its digits. 浙政钉 account ids
 * are numbers on the wire; rounding one would match somebody else.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // 2^53 has 16 digits: without so long a run there is nothing to lose.
  if (!/\d{16}/.test(text)) return value;
  return JSON.parse(
    text.replace(stringOrNumber, (token) =>
      /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
    ),
  );
}
