import type { ConsoleEntry } from '../../contract/console-entry.ts';

/** The data that the server wrote into the page (`page.ts`): app, platform and version. */
export const entry: ConsoleEntry = JSON.parse(
  document.getElementById('entry')?.textContent ?? 'null',
) as ConsoleEntry;

export const platformName = entry.platform === 'dingtalk' ? '钉钉' : '浙政钉';
