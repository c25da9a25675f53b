/** Below it a token can be guessed by whoever may ask again and again. */
const shortestToken = 16;

/**
 * Why a key that shall be random is not, in Chinese; null where nothing tells so. It must be long, of many different
 * characters, and the ones before must not tell the next.
 */
export function weaknessOfKey(key: string): string | null {
  if (key.length < 32) return '少于 32 个字符';
  if (new Set(key).size < 10) return '不同的字符太少';
  if (isRepeated(key)) return '是同一段内容的重复';
  return foretold(key) * 3 > key.length ? '大部分是重复或连续的字符' : null;
}

/** The same for a token that one machine shows another. */
export const weaknessOfToken = (token: string): string | null =>
  token.length < shortestToken ? `少于 ${shortestToken} 个字符，猜得出来` : null;

/** Whether a value is one that documents and templates show where the real one belongs. */
export const isPlaceholder = (value: string): boolean =>
  /密码|[（(<].*[）)>]$|change-?me|replace-?me|example\.(?:com|org|net|gov\.cn)|^ding0123456789abcdef$/i.test(
    value,
  );

/** Whether a key is one piece over and over: it then holds no more than that piece. */
function isRepeated(key: string): boolean {
  for (let period = 1; period <= key.length / 2; period += 1) {
    if (key.startsWith(key.slice(period))) return true;
  }
  return false;
}

/** How many characters go on as the two before them did: `aaa`, `abc`, `321`. A random key has next to none. */
function foretold(key: string): number {
  const step = (at: number) => key.charCodeAt(at) - key.charCodeAt(at - 1);
  let count = 0;
  for (let at = 2; at < key.length; at += 1) {
    if (Math.abs(step(at)) <= 1 && step(at) === step(at - 1)) count += 1;
  }
  return count;
}
