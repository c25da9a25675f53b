import { onScopeDispose } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { confirmDangerous } from './ask.ts';

/** Of each page that is open: whether something was typed that is saved nowhere. */
const pages = new Set<() => boolean>();

/**
 * Asks before typed text is lost: by going to another page, by signing out, by closing the window (the browser's own
 * question). To be called in a page's setup.
 *
 * @param isUnsaved whether there is something to be lost now.
 */
export function keepUnsaved(isUnsaved: () => boolean): void {
  const beforeUnload = (event: BeforeUnloadEvent): void => {
    if (isUnsaved()) event.preventDefault();
  };
  pages.add(isUnsaved);
  window.addEventListener('beforeunload', beforeUnload);
  onBeforeRouteLeave(mayLeave);
  onScopeDispose(() => {
    pages.delete(isUnsaved);
    window.removeEventListener('beforeunload', beforeUnload);
  });
}

/** Whether nothing would be lost by leaving, or somebody has agreed to it. */
export async function mayLeave(): Promise<boolean> {
  if (![...pages].some((isUnsaved) => isUnsaved())) return true;
  return confirmDangerous({
    title: '离开这一页？',
    body: '有没保存的修改，离开后就没有了。',
    action: '不保存，离开',
  });
}
