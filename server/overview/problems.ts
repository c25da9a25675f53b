import type { PlatformProblem } from '../contract/overview.ts';
import type { UpstreamCall } from '../platform/index.ts';

export interface Problems {
  /** Takes every finished call to the platform: one with a remedy is a problem, a good one ends its API's. */
  note(call: UpstreamCall): void;
  /** The latest first. */
  list(): PlatformProblem[];
}

/** More kinds of problems than there are; what is beyond is told in the log all the same. */
const kept = 50;

/** What is wrong with the app's settings on the platform, as far as this process has met it; the reporter tells the others. */
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
