import type { AtRule, Declaration } from 'postcss';

/** Matches quoted texts and `url(…)`; a quoted address may contain parentheses. */
export const QUOTED = String.raw`url\(\s*(?:"[^"]*"|'[^']*'|[^)"']*)\s*\)|"[^"]*"|'[^']*'`;

/** The path of the mini program in a `url(…)`; undefined for a text and for an address elsewhere. */
export function addressIn(text: string): string | undefined {
  const address = /^url\(\s*["']?(.*?)["']?\s*\)$/s.exec(text)?.[1];
  return address === undefined || /^[a-z][\w+.-]*:|^\/\/|^#|^$/i.test(address) ? undefined : address;
}

export function kindOfAddress({ parent }: Declaration): '字体' | '图片' {
  return parent?.type === 'atrule' && (parent as AtRule).name === 'font-face' ? '字体' : '图片';
}
