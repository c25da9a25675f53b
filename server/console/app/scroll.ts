import type { Router, RouterScrollBehavior } from 'vue-router';

/** The scroll position of each page, in pixels, by its place in the browser's history. */
const places = new Map<number, number>();
let here = 0;
/** Ends the wait of the last {@link restore}. */
let settle = (): void => {};

/** The scrolling element: the content of the console's frame, or the window. */
const pane = (): Element | null => document.getElementById('content') ?? document.scrollingElement;

/** How long to wait until a page is long enough again, in milliseconds. */
const growMs = 5000;
const ownMoves = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** Remembers the scroll position of each page. */
export function watchScroll(router: Router): void {
  router.beforeEach(() => {
    settle();
    places.set(here, pane()?.scrollTop ?? 0);
  });
  router.afterEach((_to, _from, failure) => {
    if (!failure) here = Number(window.history.state?.position ?? 0);
  });
}

/** A new page starts at its top; back and forward restore the scroll position. */
export const scrollBehavior: RouterScrollBehavior = (to, from, saved) => {
  // After a new sign-in the page keeps its position.
  if (to.fullPath !== from.fullPath) restore(saved === null ? 0 : (places.get(here) ?? 0));
  return false;
};

/** Restores the position when the reloaded list is long enough, unless the person scrolls meanwhile. */
function restore(top: number): void {
  const element = pane();
  const inner = element === document.scrollingElement ? document.body : element?.firstElementChild;
  if (!element || !inner) return;
  const scroll = (): void => {
    element.scrollTop = top;
    if (element.scrollTop >= top - 1) settle();
  };
  const observer = new ResizeObserver(scroll);
  const timer = setTimeout(() => settle(), growMs);
  settle = () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const move of ownMoves) window.removeEventListener(move, settle);
    settle = () => {};
  };
  for (const move of ownMoves) window.addEventListener(move, settle, { passive: true });
  observer.observe(inner);
  scroll();
}
