/** People who open the app, in a process of their own; it plays them when it is asked to, and answers how it went. */
import { playHerd } from '../../../server/testing/herd.ts';
import type { Ready } from './usage.ts';

/** What the parent process asks for. */
export interface PartOfHerd {
  urls: string[];
  people: number;
  /** The number of the first of them. */
  first: number;
  /** Where a person gets a fresh auth code. */
  codeUrl: string;
}

process.on('message', async ({ urls, people, first, codeUrl }: PartOfHerd) => {
  const code = async (n: number) => (await fetch(`${codeUrl}?n=${first + n}`)).text();
  process.send?.(await playHerd({ urls, people, code }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: '' } satisfies Ready);
