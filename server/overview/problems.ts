import type { PlatformProblem } from '../contract/overview.ts';
import type { UpstreamCall } from '../platform/index.ts';

/** The most problems in the list. The log has all of them. */
const kept = 50;

export type Problems = ReturnType<typeof createProblems>;

/**
 * Wrong settings of the app on the platform that this process has met. The reporter shares them with the other
 * processes.
 */
export function createProblems(now: () => number) {
  const problems = new Map<string, PlatformProblem>();
  return {
    /** Called with every call to the platform: one with a remedy is a problem, a success ends the problems of its API. */
    note({ api, ok, upstreamCode, remedy }: UpstreamCall): void {
      if (ok) {
        for (const [key, problem] of problems) if (problem.api === api) problems.delete(key);
      }
      if (remedy === undefined) return;
      const key = `${api} ${remedy}`;
      const seen = new Date(now()).toISOString();
      const before = problems.get(key);
      problems.delete(key);
      problems.set(key, {
        api,
        upstreamCode: upstreamCode ?? null,
        remedy,
        firstSeen: before?.firstSeen ?? seen,
        lastSeen: seen,
        count: (before?.count ?? 0) + 1,
      });
      const [oldest] = problems.keys();
      if (problems.size > kept && oldest !== undefined) problems.delete(oldest);
    },
    /** The latest first. */
    list: (): PlatformProblem[] => [...problems.values()].reverse(),
  };
}
