import type { Router, RouterScrollBehavior } from 'vue-router';

/** How far each page was scrolled, in pixels, by its place in the browser's history. */
const places = new Map<number, number>();
let here = 0;
/** Ends the wait of the last {@link restore}. */
let settle = (): void => {};

/** What scrolls: the content of the console's frame, or the window. */
const pane = (): Element | null => document.getElementById('content') ?? document.scrollingElement;

/** How long a page may take to become as long as it was, in milliseconds. */
const growMs = 5000;
const ownMoves = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** Keeps in mind where each page was scrolled to. */
export function watchScroll(router: Router): void {
  router.beforeEach(() => {
    settle();
    places.set(here, pane()?.scrollTop ?? 0);
  });
  router.afterEach((_to, _from, failure) => {
    if (!failure) here = Number(window.history.state?.position ?? 0);
  });
}

/** A new page begins at its top; going back, and forth, leads to where the page was left. */
export const scrollBehavior: RouterScrollBehavior = (to, from, saved) => {
  // Asked for anew after the sign-in, it stays where it is.
  if (to.fullPath !== from.fullPath) restore(saved === null ? 0 : (places.get(here) ?? 0));
  return false;
};

/** A list is loaded anew, so it may become long enough only later; whoever scrolls by themselves is left alone. */
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
