import { text } from './events.ts';

/**
 * An inline style as the browser reads it: `rpx` in pixels of a screen 375 wide, and camel-case property
 * names in CSS spelling (the container reads inline styles as objects, takes both, and takes an object too).
 */
export function inlineStyle(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const set = Object.entries(value).filter(([, part]) => text(part) !== '');
    return inlineStyle(set.map(([name, part]) => `${name}:${text(part)}`).join(';'));
  }
  if (typeof value !== 'string') return '';
  return value.replace(PARTS, (all, start?: string, name?: string, amount?: string) => {
    if (name !== undefined) return `${start}${kebab(name)}:`;
    return amount === undefined ? all : `${toPixels(Number(amount))}px`;
  });
}

/** Addresses and texts, which stay as they are; names of properties; lengths. */
const PARTS =
  /url\(\s*(?:"[^"]*"|'[^']*'|[^)"']*)\s*\)|"[^"]*"|'[^']*'|(^|;)\s*([a-zA-Z][\w-]*)\s*:|(-?\d*\.?\d+)rpx\b/g;

/** 750 rpx are the width of the screen, which is 375 px here. */
export function toPixels(rpx: number): number {
  return Number((rpx / 2).toFixed(3));
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
