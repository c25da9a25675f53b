import type { RoleName } from '../../contract/auth.ts';
import type { ConsolePage } from './console-page.ts';
import { currentUser } from './session.ts';

const slices = import.meta.glob<{ pages: ConsolePage[] }>('./pages/*/index.ts', { eager: true });

/** Every page of the console, in the order of the menu. */
export const consolePages: readonly ConsolePage[] = Object.values(slices)
  .flatMap(({ pages }) => pages)
  .sort((a, b) => a.order - b.order);

/** The pages in the menu of a role. */
export function menuOf(role: RoleName): ConsolePage[] {
  return consolePages.filter((page) => page.menu !== false && page.roles.includes(role));
}

/** Whether the signed-in person may see a page, so that a link may lead there. @param path as in the list of pages */
export function mayOpen(path: string): boolean {
  const role = currentUser.value?.role ?? 'USER';
  return consolePages.some((page) => page.path === path && page.roles.includes(role));
}

/** The first page of a person's menu. */
export function firstPathOf(role: RoleName): string {
  const [first] = menuOf(role);
  if (role === 'USER') return '/h5'; // part: h5
  return first === undefined ? '/me' : `/${first.path}`;
}
