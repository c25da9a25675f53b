/** What the mini program did to the container in one run. */
export interface CallLog {
  /** Names of the `dd` APIs in the order of their calls. */
  calls: string[];
  requests: { method: string; path: string; status: number | null }[];
  toasts: string[];
  alerts: string[];
  /** What the program wrote to `console.error`. */
  errors: string[];
  /** Breaches of the documented rules: a run with one has failed. */
  violations: string[];
  violate(message: string): void;
}

export function createLog(): CallLog {
  const log: CallLog = {
    calls: [],
    requests: [],
    toasts: [],
    alerts: [],
    errors: [],
    violations: [],
    violate: (message) => {
      log.violations.push(message);
      throw new Error(message);
    },
  };
  return log;
}
