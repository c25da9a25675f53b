import type { Live } from '../live.ts';

/**
 * One thing that is broken: what it is, how it is done to a whole system, and the rules that are not met by it: the
 * one that is about it, and those that nobody can judge any more because of it.
 */
export type Break = readonly [
  what: string,
  wreck: (h: Live) => void | Promise<void>,
  found: Readonly<Record<string, string>>,
];
