import { shallowRef } from 'vue';
import type { Router } from 'vue-router';
import { ApiError } from './api.ts';
import { tellProblem } from './tell.ts';

export type Crash = 'page-failed' | 'update';

/** What brought the page down; null while all is well. `App.vue` shows it instead of a white page. */
export const crash = shallowRef<Crash | null>(null);

/** Where Vue was when it broke: in its production build, a code behind `#runtime-`. */
const fatal = /#runtime-(?:0|1|13|14|15|16|bc|c|bm|m|bu|u)$|setup|render|mounted|updated|created|mount hook/;

/**
 * Something that no page has dealt with. What broke while a page was being drawn takes its place; what broke in
 * a deed (a click, a request) leaves the page, with all that was typed into it, and is told above it.
 *
 * @param info where Vue was, for an error out of a component.
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
  // In development: the change that has just come may be what mends it.
  import.meta.hot?.on('vite:afterUpdate', () => {
    if (crash.value !== null) window.location.reload();
  });
  router.onError((error) => crashed(error, '#runtime-13'));
  window.addEventListener('unhandledrejection', ({ reason }) => crashed(reason));
  // Browsers also report what is no fault of the page, such as a resize that took two rounds: without an error.
  window.addEventListener('error', ({ error }) => {
    if (error instanceof Error) crashed(error);
  });
}
