import {
  defineComponent,
  h,
  onBeforeUnmount,
  onMounted,
  onUpdated,
  ref,
  shallowRef,
  type VNode,
  watch,
} from 'vue';
import { type MiniElement, text } from '../events.ts';
import { type Attributes, common, emit, read, type Tag } from './tag.ts';

const DEFAULT_THRESHOLD = 50;

const ScrollView = defineComponent({
  name: 'ScrollView',
  inheritAttrs: false,
  props: { attributes: { type: Object, required: true } },
  setup(props, { slots }) {
    const host = shallowRef<MiniElement | null>(null);
    const attribute = (name: string): unknown => read(props.attributes as Attributes, name);
    let [atStart, atEnd] = [true, false];
    const onScroll = (): void => {
      const element = host.value;
      if (!element) return;
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
      emit(element, 'scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth });
      const sideways = Boolean(attribute('scroll-x'));
      const gone = sideways ? scrollLeft : scrollTop;
      const rest = sideways
        ? scrollWidth - clientWidth - scrollLeft
        : scrollHeight - clientHeight - scrollTop;
      const wasAt = { start: atStart, end: atEnd };
      atStart = gone <= Number(attribute('upper-threshold') ?? DEFAULT_THRESHOLD);
      atEnd = rest <= Number(attribute('lower-threshold') ?? DEFAULT_THRESHOLD);
      if (atStart && !wasAt.start) emit(element, 'scrollToUpper', {});
      if (atEnd && !wasAt.end) emit(element, 'scrollToLower', {});
    };
    /** `scroll-top` and `scroll-left` move the content when they are set, and leave it alone in between. */
    const move = (name: 'scroll-top' | 'scroll-left', side: 'scrollTop' | 'scrollLeft'): void => {
      const value = attribute(name);
      if (host.value && value !== undefined && value !== '') host.value[side] = Number(value);
    };
    const follow = (): void => {
      const target = text(attribute('scroll-into-view'));
      const child = target ? host.value?.querySelector(`[id="${target.replaceAll('"', '')}"]`) : undefined;
      child?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
    };
    const toTop = (): void => move('scroll-top', 'scrollTop');
    const toLeft = (): void => move('scroll-left', 'scrollLeft');
    onMounted(() => {
      toTop();
      toLeft();
      follow();
    });
    watch(() => attribute('scroll-into-view'), follow, { flush: 'post' });
    watch(() => attribute('scroll-top'), toTop, { flush: 'post' });
    watch(() => attribute('scroll-left'), toLeft, { flush: 'post' });
    return () =>
      h(
        'mini-scroll-view',
        {
          ...common('scroll-view', props.attributes as Attributes),
          ref: host,
          'data-x': Boolean(attribute('scroll-x')),
          'data-y': Boolean(attribute('scroll-y')),
          onScroll,
        },
        slots.default?.(),
      );
  },
});

export const scrollView: Tag = (attributes, children, key) =>
  h(ScrollView, { key, attributes }, { default: () => children });

const DEFAULT_INTERVAL = 5000;
/** Pixels that a finger must push an item before it gives way. */
const PUSH_DISTANCE = 40;

const Swiper = defineComponent({
  name: 'SwiperTrack',
  inheritAttrs: false,
  props: { attributes: { type: Object, required: true } },
  setup(props, { slots }) {
    const host = shallowRef<MiniElement | null>(null);
    const attribute = (name: string): unknown => read(props.attributes as Attributes, name);
    const current = ref(Number(attribute('current') ?? 0));
    const count = ref(0);
    const go = (index: number): void => {
      if (count.value === 0) return;
      const wrapped = attribute('circular')
        ? (index + count.value) % count.value
        : Math.max(0, Math.min(index, count.value - 1));
      if (wrapped === current.value) return;
      current.value = wrapped;
      if (host.value) emit(host.value, 'change', { current: wrapped });
    };
    watch(
      () => attribute('current'),
      (value) => {
        current.value = Number(value ?? 0);
      },
    );
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
      const track = attribute('vertical')
        ? `translateY(-${current.value * 100}%)`
        : `translateX(-${current.value * 100}%)`;
      const dots: VNode[] = Array.from({ length: count.value }, (_item, index) =>
        h('i', { key: index, 'data-active': index === current.value, onClick: () => go(index) }),
      );
      return h(
        'mini-swiper',
        {
          ...common('swiper', props.attributes as Attributes),
          ref: host,
          'data-vertical': Boolean(attribute('vertical')),
          onPointerdown,
          onPointerup,
        },
        [
          h(
            'div',
            { key: 'track', class: 'mini-swiper-track', style: `transform:${track}` },
            slots.default?.(),
          ),
          attribute('indicator-dots') ? h('div', { key: 'dots', class: 'mini-swiper-dots' }, dots) : null,
        ] as VNode[],
      );
    };
  },
});

export const swiper: Tag = (attributes, children, key) =>
  h(Swiper, { key, attributes }, { default: () => children });
