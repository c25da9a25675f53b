/** The shortest token, in characters: shorter ones can be guessed by many requests. */
const shortestToken = 16;

/**
 * Why a key is not random, in Chinese; null if it seems to be. It must be long, have many different characters, and no
 * predictable ones.
 */
export function weaknessOfKey(key: string): string | null {
  if (key.length < 32) return '少于 32 个字符';
  if (new Set(key).size < 10) return '不同的字符太少';
  if (isRepeated(key)) return '是同一段内容的重复';
  return foretold(key) * 3 > key.length ? '大部分是重复或连续的字符' : null;
}

/** The same for a token between two machines. */
export const weaknessOfToken = (token: string): string | null =>
  token.length < shortestToken ? `少于 ${shortestToken} 个字符，猜得出来` : null;

/** Whether a value is a placeholder of documents and templates. */
export const isPlaceholder = (value: string): boolean =>
  /密码|[（(<].*[）)>]$|change-?me|replace-?me|example\.(?:com|org|net|gov\.cn)|^ding0123456789abcdef$/i.test(
    value,
  );

/** Whether a key is a repeated shorter text. */
function isRepeated(key: string): boolean {
  for (let period = 1; period <= key.length / 2; period += 1) {
    if (key.startsWith(key.slice(period))) return true;
  }
  return false;
}

/** The number of characters that continue the two before them: `aaa`, `abc`, `321`. A random key has hardly any. */
function foretold(key: string): number {
  const step = (at: number) => key.charCodeAt(at) - key.charCodeAt(at - 1);
  let count = 0;
  for (let at = 2; at < key.length; at += 1) {
    if (Math.abs(step(at)) <= 1 && step(at) === step(at - 1)) count += 1;
  }
  return count;
}
