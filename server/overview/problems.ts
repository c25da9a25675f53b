import type { PlatformProblem } from '../contract/overview.ts';
import type { UpstreamCall } from '../platform/index.ts';

export interface Problems {
  /**
   * Called with every finished call to the platform: one with a remedy is a problem, a successful one ends the problems
   * of its API.
   */
  note(call: UpstreamCall): void;
  /** The latest first. */
  list(): PlatformProblem[];
}

/** The most problems in the list. The log has all of them. */
const kept = 50;

/**
 * Wrong settings of the app on the platform that this process has met. The reporter shares them with the other
 * processes.
 */
export function createProblems(now: () => number): Problems {
  const problems = new Map<string, PlatformProblem>();
  return {
    note({ api, ok, upstreamCode = null, remedy }) {
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
        upstreamCode,
        remedy,
        firstSeen: before?.firstSeen ?? seen,
        lastSeen: seen,
        count: (before?.count ?? 0) + 1,
      });
      const [oldest] = problems.keys();
      if (problems.size > kept && oldest !== undefined) problems.delete(oldest);
    },
    list: () => [...problems.values()].reverse(),
  };
}
