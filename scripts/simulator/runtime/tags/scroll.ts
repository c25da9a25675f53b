import { h, onBeforeUnmount, onMounted, onUpdated, ref, type VNode, watch } from 'vue';
import { text } from '../events.ts';
import { statefulTag } from './tag.ts';

const DEFAULT_THRESHOLD = 50;

export const scrollView = statefulTag(
  'scroll-view',
  ({ host, attribute, whenShown, emit, props, content }) => {
    let [atStart, atEnd] = [true, false];
    const onScroll = (): void => {
      const element = host.value;
      if (!element) return;
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
      emit('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth });
      const sideways = Boolean(attribute('scroll-x'));
      const gone = sideways ? scrollLeft : scrollTop;
      const rest = sideways
        ? scrollWidth - clientWidth - scrollLeft
        : scrollHeight - clientHeight - scrollTop;
      const wasAt = { start: atStart, end: atEnd };
      atStart = gone <= Number(attribute('upper-threshold') ?? DEFAULT_THRESHOLD);
      atEnd = rest <= Number(attribute('lower-threshold') ?? DEFAULT_THRESHOLD);
      if (atStart && !wasAt.start) emit('scrollToUpper', {});
      if (atEnd && !wasAt.end) emit('scrollToLower', {});
    };
    /** `scroll-top` and `scroll-left` move the content when they are set, and leave it alone in between. */
    const follow = (name: 'scroll-top' | 'scroll-left', side: 'scrollTop' | 'scrollLeft'): void =>
      whenShown(
        () => attribute(name),
        () => {
          const value = attribute(name);
          if (host.value && value !== undefined && value !== '') host.value[side] = Number(value);
        },
      );
    follow('scroll-top', 'scrollTop');
    follow('scroll-left', 'scrollLeft');
    whenShown(
      () => attribute('scroll-into-view'),
      () => {
        const target = text(attribute('scroll-into-view'));
        const child = target ? host.value?.querySelector(`[id="${target.replaceAll('"', '')}"]`) : undefined;
        child?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
      },
    );
    return () => {
      const axes = { 'data-x': Boolean(attribute('scroll-x')), 'data-y': Boolean(attribute('scroll-y')) };
      return h('mini-scroll-view', { ...props(), ...axes, onScroll }, content());
    };
  },
);

const DEFAULT_INTERVAL = 5000;
/** Pixels that a finger must push an item before it gives way. */
const PUSH_DISTANCE = 40;

export const swiper = statefulTag('swiper', ({ host, attribute, state, emit, props, content }) => {
  const current = state(() => Number(attribute('current') ?? 0));
  const count = ref(0);
  const go = (index: number): void => {
    if (count.value === 0) return;
    const wrapped = attribute('circular')
      ? (index + count.value) % count.value
      : Math.max(0, Math.min(index, count.value - 1));
    if (wrapped === current.value) return;
    current.value = wrapped;
    emit('change', { current: wrapped });
  };
  const measure = (): void => {
    count.value = host.value?.querySelectorAll('mini-swiper-item').length ?? 0;
  };
  let timer: ReturnType<typeof setInterval> | undefined;
  const play = (): void => {
    clearInterval(timer);
    if (!attribute('autoplay')) return;
    timer = setInterval(() => go(current.value + 1), Number(attribute('interval') ?? DEFAULT_INTERVAL));
  };
  let pushedFrom: number | undefined;
  const position = (event: Event): number => {
    const { clientX, clientY } = event as PointerEvent;
    return attribute('vertical') ? clientY : clientX;
  };
  let pushed = false;
  const onPointerdown = (event: Event): void => {
    pushedFrom = position(event);
    pushed = false;
  };
  const onPointerup = (event: Event): void => {
    if (pushedFrom === undefined) return;
    const distance = position(event) - pushedFrom;
    pushedFrom = undefined;
    if (Math.abs(distance) < PUSH_DISTANCE) return;
    pushed = true;
    go(current.value - Math.sign(distance));
  };
  /** A mouse ends a push with a click, which on a phone is no tap. A click of the keyboard has no `detail`. */
  const afterPush = (event: MouseEvent): void => {
    if (pushed && event.detail > 0) event.stopPropagation();
    pushed = false;
  };
  onMounted(() => {
    host.value?.addEventListener('click', afterPush, true);
    measure();
    play();
  });
  onUpdated(measure);
  watch(() => [attribute('autoplay'), attribute('interval')].join(), play);
  onBeforeUnmount(() => clearInterval(timer));
  return () => {
    const axis = attribute('vertical') ? 'Y' : 'X';
    const track = `transform:translate${axis}(-${current.value * 100}%)`;
    const dots = Array.from({ length: count.value }, (_item, index) =>
      h('i', { key: index, 'data-active': index === current.value, onClick: () => go(index) }),
    );
    return h(
      'mini-swiper',
      { ...props(), 'data-vertical': Boolean(attribute('vertical')), onPointerdown, onPointerup },
      [
        h('div', { key: 'track', class: 'mini-swiper-track', style: track }, content()),
        attribute('indicator-dots') ? h('div', { key: 'dots', class: 'mini-swiper-dots' }, dots) : null,
      ] as VNode[],
    );
  };
});
