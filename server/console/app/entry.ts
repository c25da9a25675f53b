import type { ConsoleEntry } from '../../contract/console-entry.ts';

/** What the server wrote into the page (`page.ts`): which app, which platform, which version. */
export const entry: ConsoleEntry = JSON.parse(
  document.getElementById('entry')?.textContent ?? 'null',
) as ConsoleEntry;
