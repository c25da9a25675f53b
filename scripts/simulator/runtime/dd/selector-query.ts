import type { PageStack } from '../page-stack.ts';
import { asynchronous, type CallHost } from './call.ts';

type Answer = (results: unknown[]) => void;

/**
 * `dd.createSelectorQuery()`: measures what the page shows. Source: 支付宝小程序文档「SelectorQuery」; selectors by id,
 * class and tag.
 */
export function selectorQuery(host: CallHost, stack: PageStack): object {
  let selected: { selector: string; all: boolean } | undefined;
  const questions: (() => unknown)[] = [];
  const found = ({ selector, all }: { selector: string; all: boolean }): Element[] => {
    const elements = [
      ...(stack.top?.root.querySelectorAll(selector.replace(/(^|[\s>])([a-z])/g, '$1mini-$2')) ?? []),
    ];
    return all ? elements : elements.slice(0, 1);
  };
  const ask = (measure: (element: Element) => unknown) => () => {
    const wanted = selected;
    questions.push(() => {
      if (!wanted) {
        const { root } = stack.top ?? {};
        return root ? measure(root) : null;
      }
      const answers = found(wanted).map(measure);
      return wanted.all ? answers : (answers[0] ?? null);
    });
    return query;
  };
  const choose = (all: boolean) => (selector: string) => {
    selected = { selector, all };
    return query;
  };
  const query = {
    select: choose(false),
    selectAll: choose(true),
    selectViewport() {
      selected = undefined;
      return query;
    },
    boundingClientRect: ask((element) => {
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
      return { id: element.id, left, top, right, bottom, width, height };
    }),
    scrollOffset: ask(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop })),
    exec(callback?: Answer) {
      const measure = asynchronous(host, 'createSelectorQuery', () =>
        questions.map((question) => question()),
      );
      // Code that measures after each update lets the page live in between.
      setTimeout(() => measure({ success: (results) => callback?.(results as unknown[]) }));
    },
  };
  return query;
}
