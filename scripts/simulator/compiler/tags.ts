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

/** Events of built-in tags. On a component a name such as `one` or `binding` may well be its property. */
const commonEvents =
  /^(?:tap|click|change|input|confirm|focus|blur|submit|reset|scroll|load|error|(?:long|touch)[a-z]+)$/;

/**
 * Habits from other platforms and frameworks, and what this platform writes instead.
 *
 * @param builtIn whether the attribute stands on a built-in tag, which has no properties of other names.
 */
export function foreignAttributeHint(name: string, builtIn = true): string | undefined {
  const directive =
    /^(?:(?:wx|s|tt|swan|qq|ks|jd):|s-|v-)(if|elif|else-?if|else|for|for-item|for-index|key)$/.exec(name);
  if (directive) return `钉钉小程序写作 a:${/^else-?if$/.test(directive[1] ?? '') ? 'elif' : directive[1]}。`;
  const event =
    /^(?:capture-)?(?:bind|catch|mut-bind):?([a-z]+)$/.exec(name) ??
    /^(?:@|v-on:)([\w-]+)/.exec(name) ??
    /^on([a-z]+)$/.exec(name);
  if (event?.[1] && (builtIn || /^[@v]|:/.test(name) || commonEvents.test(event[1]))) {
    const type = event[1] === 'click' ? 'tap' : event[1];
    const eventName = type.charAt(0).toUpperCase() + type.slice(1);
    return `钉钉小程序的事件写作 on${eventName}（冒泡）或 catch${eventName}（不冒泡）。`;
  }
  const bound = /^(?:v-bind:|:)(.+)/.exec(name);
  if (bound) return `属性绑定写作 ${bound[1]}="{{ }}"，前面没有 v-bind 和冒号。`;
  if (name === 'v-model' || name.startsWith('model:'))
    return '没有双向绑定：请写 value="{{ }}"，并在 onInput 里 setData。';
  if (name === 'v-show') return '请写 hidden="{{ }}"，意思相反。';
  return undefined;
}
