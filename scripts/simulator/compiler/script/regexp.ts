const CAPTURE = '用普通的分组 ( )，按次序取 match[1]、match[2]。';

/**
 * Why an engine at ES2017 refuses a pattern: it throws when the code is loaded, and the page is white.
 * @returns what is refused and what to write instead; undefined for a pattern that it takes
 */
export function refusedPattern(pattern: string, flags: string): [what: string, hint: string] | undefined {
  const flag = /[^gimuy]/.exec(flags)?.[0];
  if (flag === 's') return ['正则的 s 标志', '用 [\\s\\S] 代替点号。'];
  if (flag !== undefined) return [`正则的 ${flag} 标志`, '只能用 g、i、m、u、y。'];
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '\\') {
      if (flags.includes('u') && /[pP]/.test(pattern.charAt(at + 1)) && pattern.charAt(at + 2) === '{')
        return ['正则的 \\p{…}', '写出字符的范围，例如汉字 [\\u4e00-\\u9fff]。'];
      at += 1;
    } else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(' && pattern.charAt(at + 1) === '?') {
      const group = pattern.slice(at + 2, at + 4);
      if (group === '<=' || group === '<!')
        return ['正则的后行断言 (?<=…)、(?<!…)', '先匹配整段，再用分组取需要的部分。'];
      if (group.startsWith('<')) return ['正则的具名分组 (?<name>…)', CAPTURE];
      if (/^[ims-]/.test(group)) return ['正则里的标志 (?i:…)', '把标志写在正则的末尾。'];
    }
  }
  return undefined;
}
