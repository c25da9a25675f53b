/** The built-in tags that the runtime draws. Everything else is a component of `usingComponents` or an error. */
export const BUILT_IN_TAGS: ReadonlySet<string> = new Set([
  'view',
  'text',
  'image',
  'icon',
  'button',
  'input',
  'textarea',
  'form',
  'label',
  'checkbox',
  'checkbox-group',
  'radio',
  'radio-group',
  'switch',
  'picker',
  'scroll-view',
  'swiper',
  'swiper-item',
  'web-view',
]);

/** Attributes of built-in tags that are read as true or false: the string "false" would be true. */
export const BOOLEAN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'disabled',
  'checked',
  'hidden',
  'password',
  'loading',
  'focus',
  'controlled',
  'scroll-x',
  'scroll-y',
  'autoplay',
  'circular',
  'indicator-dots',
  'auto-height',
  'show-count',
]);

export const DIRECTIVES: ReadonlySet<string> = new Set([
  'a:if',
  'a:elif',
  'a:else',
  'a:for',
  'a:for-item',
  'a:for-index',
  'a:key',
]);

/** Tags with a meaning of their own in the language, never drawn. */
export const STRUCTURE_TAGS: ReadonlySet<string> = new Set([
  'block',
  'slot',
  'template',
  'import',
  'include',
  'import-sjs',
]);

/** Habits from other platforms and frameworks, and what this platform writes instead. */
export function foreignAttributeHint(name: string): string | undefined {
  const directive = /^(?:wx|s|v|tt|swan|qq):?-?(if|elif|else-if|else|for|for-item|for-index|key)$/.exec(name);
  if (directive) return `钉钉小程序写作 a:${directive[1] === 'else-if' ? 'elif' : directive[1]}。`;
  const event = /^(?:bind|catch):?([a-z]+)$/.exec(name) ?? /^@(\w+)$/.exec(name) ?? /^on([a-z]+)$/.exec(name);
  const eventName = event?.[1];
  if (eventName) {
    return `钉钉小程序的事件写作 on${eventName.charAt(0).toUpperCase()}${eventName.slice(1)}（冒泡）或 catch${eventName.charAt(0).toUpperCase()}${eventName.slice(1)}（不冒泡）。`;
  }
  if (name.startsWith(':')) return `属性绑定写作 ${name.slice(1)}="{{ }}"，前面没有冒号。`;
  return undefined;
}
