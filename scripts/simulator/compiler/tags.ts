import { nearest } from './script/nearest.ts';

const words = (text: string): string[] => text.split(' ');

/** The built-in tags that the runtime draws. */
const SIMULATED_TAGS = words(
  'view text image icon button input textarea form label checkbox checkbox-group radio radio-group switch picker ' +
    'scroll-view swiper swiper-item web-view slider progress rich-text navigator picker-view picker-view-column ' +
    'movable-area movable-view cover-view cover-image canvas',
);

/** Built-in tags that stand on the phone as a placeholder with their name. */
export const PLACEHOLDER_TAGS: readonly string[] = words('map video lottie');

/** The built-in tags of the base library. Everything else is a component of `usingComponents` or an error. */
export const BUILT_IN_TAGS: ReadonlySet<string> = new Set([...SIMULATED_TAGS, ...PLACEHOLDER_TAGS]);

/** Tags that the compiler handles itself. */
export const STRUCTURE_TAGS: ReadonlySet<string> = new Set(
  words('block slot template import include import-sjs'),
);

/** Attributes of built-in tags that are read as true or false: the string "false" would be true. */
export const BOOLEAN_ATTRIBUTES: ReadonlySet<string> = new Set(
  words(
    'disabled checked hidden password loading focus controlled scroll-x scroll-y autoplay circular ' +
      'indicator-dots auto-height show-count show-value out-of-bounds inertia scale vertical plain selectable',
  ),
);

export const DIRECTIVES: ReadonlySet<string> = new Set(
  words('a:if a:elif a:else a:for a:for-item a:for-index a:key'),
);

const COMMON_EVENTS = words(
  'Tap LongTap TouchStart TouchMove TouchEnd TouchCancel TransitionEnd AnimationStart AnimationEnd ' +
    'AnimationIteration Appear Disappear FirstAppear',
);
const FIELD_EVENTS = words('Input Confirm Focus Blur Clear KeyboardHeightChange LineChange');

/** Events of each built-in tag, besides those of all tags. `any`: media tags have too many events to list. */
const EVENTS: Readonly<Record<string, readonly string[] | 'any'>> = {
  image: ['Load', 'Error'],
  button: words('GetAuthorize GetPhoneNumber GetUserInfo Error OpenSetting'),
  input: FIELD_EVENTS,
  textarea: FIELD_EVENTS,
  form: ['Submit', 'Reset'],
  checkbox: ['Change'],
  'checkbox-group': ['Change'],
  radio: ['Change'],
  'radio-group': ['Change'],
  switch: ['Change'],
  slider: ['Change', 'Changing'],
  picker: ['Change', 'Cancel'],
  'picker-view': words('Change PickStart PickEnd'),
  progress: ['ActiveEnd'],
  'scroll-view': words('Scroll ScrollToUpper ScrollToLower ScrollEnd TouchStart'),
  swiper: ['Change', 'Transition'],
  'web-view': words('Message Load Error'),
  'movable-view': words('Change ChangeEnd Scale'),
  'cover-image': ['Load', 'Error'],
  canvas: ['Ready', 'Error'],
  map: 'any',
  video: 'any',
  lottie: 'any',
};

/** The events of a built-in tag, as they stand behind `on` and `catch`; undefined when any may be right. */
function eventsOf(tag: string): readonly string[] | undefined {
  const own = EVENTS[tag] ?? [];
  return own === 'any' ? undefined : [...COMMON_EVENTS, ...own];
}

const ALL_EVENTS = [
  ...new Set([...COMMON_EVENTS, ...Object.values(EVENTS).flatMap((own) => (own === 'any' ? [] : own))]),
];

/** The event as this platform spells it: `touchstart` → `TouchStart`, `click` → `Tap`. */
function spelled(event: string): string {
  const letters = event.replace(/[-:_]/g, '').toLowerCase();
  const meant =
    letters === 'click' ? 'tap' : letters === 'longpress' || letters === 'longclick' ? 'longtap' : letters;
  const known = ALL_EVENTS.find((name) => name.toLowerCase() === meant);
  return known ?? event.charAt(0).toUpperCase() + event.slice(1);
}

/** Events of built-in tags. On a component a name such as `one` or `binding` may well be its property. */
const commonEvents =
  /^(?:tap|click|change|input|confirm|focus|blur|submit|reset|scroll|load|error|(?:long|touch)[a-z]+)$/;

/**
 * What to write instead of an attribute of another platform or framework; undefined for an attribute that is right.
 *
 * @param builtIn whether the attribute stands on a built-in tag, which has no properties of other names.
 */
export function foreignAttributeHint(name: string, builtIn = true): string | undefined {
  const directive =
    /^(?:(?:wx|s|tt|swan|qq|ks|jd):|s-|v-)(if|elif|else-?if|else|for|for-item|for-index|key)$/.exec(name);
  if (directive) return `钉钉小程序写作 a:${/^else-?if$/.test(directive[1] ?? '') ? 'elif' : directive[1]}。`;
  const event =
    /^(?:capture-)?(?:bind|catch|mut-bind):?([a-z]+)$/.exec(name) ??
    /^(?:capture-)?(?:bind|catch|on)[:-]([\w-]+)$/.exec(name) ??
    /^(?:@|v-on:)([\w-]+)/.exec(name) ??
    /^on([a-z]+)$/i.exec(/^on[A-Z][a-z]/.test(name) ? '' : name);
  if (event?.[1] && (builtIn || /^[@v]|:/.test(name) || commonEvents.test(event[1])))
    return eventHint(event[1]);
  const bound = /^(?:v-bind:|:)(.+)/.exec(name);
  if (bound) return `属性绑定写作 ${bound[1]}="{{ }}"，前面没有 v-bind 和冒号。`;
  if (name === 'v-model' || name.startsWith('model:'))
    return '没有双向绑定：请写 value="{{ }}"，并在 onInput 里 setData。';
  if (name === 'v-show') return '请写 hidden="{{ }}"，意思相反。';
  if (name === 'v-html') return '请用 <rich-text nodes="{{ }}" />。';
  if (builtIn && name === 'className') return '请写 class。';
  return undefined;
}

function eventHint(event: string): string {
  const name = spelled(event);
  return `钉钉小程序的事件写作 on${name}（冒泡）或 catch${name}（不冒泡）。`;
}

/** What to write for an event that a built-in tag does not have; undefined when it has it, or may have. */
export function unknownEventHint(tag: string, attribute: string): string | undefined {
  const event = /^(?:on|catch)([A-Z].*)$/.exec(attribute)?.[1];
  const known = eventsOf(tag);
  if (event === undefined || known === undefined || known.includes(event)) return undefined;
  const foreign = /^(?:Bind|On|Catch|Capture)([A-Z]\w*)$/.exec(event)?.[1];
  const meant = spelled(foreign ?? event);
  if (known.includes(meant)) return `请写 on${meant}（冒泡）或 catch${meant}（不冒泡）。`;
  const near = nearest(event, known);
  if (near) return `是不是 on${near}？`;
  // Others may be newer than this list.
  if (!ALL_EVENTS.includes(meant)) return undefined;
  const own = EVENTS[tag];
  const has = Array.isArray(own) ? own.map((name) => `on${name}`).join('、') : 'onTap 等触摸事件';
  return `这个事件属于别的标签；<${tag}> 有 ${has}。`;
}
