import { shallowRef } from 'vue';
import type { Router } from 'vue-router';
import { ApiError } from './api.ts';
import { tellProblem } from './tell.ts';

export type Crash = 'page-failed' | 'update';

/** The error that broke the page; null for none. `App.vue` shows it instead of a white page. */
export const crash = shallowRef<Crash | null>(null);

/** Vue's place of the error; in production builds a code after `#runtime-`. */
const fatal = /#runtime-(?:0|1|13|14|15|16|bc|c|bm|m|bu|u)$|setup|render|mounted|updated|created|mount hook/;

/**
 * Handles an uncaught error. An error while a page is drawn replaces the page. An error in an action (a click, a
 * request) leaves the page with the typed text, and is shown above it.
 *
 * @param info Vue's place of an error in a component.
 */
export function crashed(error: unknown, info = ''): void {
  console.error(error);
  if (isMissingFile(error)) crash.value ??= 'update';
  else if (fatal.test(info) || isBlank()) crash.value ??= 'page-failed';
  else {
    const message = '刚才的操作出了点问题，可能没有完成。请检查后重试；还不行请联系管理员。';
    tellProblem(error instanceof ApiError ? error.message : message, 0);
  }
}

/** After a new version, or with a bad network, a part of the app cannot be fetched. */
function isMissingFile(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script|preload CSS/i.test(error.message)
  );
}

function isBlank(): boolean {
  return (document.getElementById('app')?.innerText ?? '').trim() === '';
}

export function watchForCrashes(router: Router): void {
  // In development the last change may have fixed it.
  import.meta.hot?.on('vite:afterUpdate', () => {
    if (crash.value !== null) window.location.reload();
  });
  router.onError((error) => crashed(error, '#runtime-13'));
  window.addEventListener('unhandledrejection', ({ reason }) => crashed(reason));
  // Browsers also report events without an error that are no fault of the page, such as a resize in two rounds.
  window.addEventListener('error', ({ error }) => {
    if (error instanceof Error) crashed(error);
  });
}
