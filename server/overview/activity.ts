export type ActivityKind = 'sign-in' | 'console-sign-in' | 'binding' | 'call';

const hourMs = 3_600_000;

/** The length of a period; China's hours are full hours of UTC too. */
export const periodMs: Readonly<Record<ActivityKind, number>> = {
  'sign-in': hourMs,
  'console-sign-in': hourMs,
  binding: hourMs,
  call: hourMs / 6,
};

/** What has happened in a period so far, as this process has counted it. */
export interface ActivityRow {
  kind: ActivityKind;
  /** Epoch milliseconds. */
  periodStart: number;
  label: string;
  count: number;
}

export interface Activity {
  /** Adds one to a number in memory; nothing waits for it. @param label says what it was; never who. */
  count(kind: ActivityKind, label: string): void;
  /** The rows that have grown since they were last {@link Activity.written}, as they stand now. */
  changed(): ActivityRow[];
  /** These rows stand in the database. What belongs to a period that is over is forgotten. */
  written(rows: readonly ActivityRow[]): void;
}

interface Counter extends ActivityRow {
  written: number;
}

/**
 * Counts in memory. The numbers are absolute for this process and a period, so writing them twice, also after an
 * answer of the database was lost, counts nothing twice.
 */
export function createActivity(now: () => number): Activity {
  const counters = new Map<string, Counter>();
  const startOf = (kind: ActivityKind) => Math.floor(now() / periodMs[kind]) * periodMs[kind];
  const keyOf = ({ kind, periodStart, label }: Omit<ActivityRow, 'count'>) =>
    `${kind} ${periodStart} ${label}`;

  return {
    count(kind, label) {
      const row = { kind, periodStart: startOf(kind), label };
      const key = keyOf(row);
      const counter = counters.get(key);
      if (counter === undefined) counters.set(key, { ...row, count: 1, written: 0 });
      else counter.count += 1;
    },
    changed: () =>
      [...counters.values()]
        .filter(({ count, written }) => count > written)
        .map(({ written: _, ...row }) => row),
    written(rows) {
      for (const row of rows) {
        const counter = counters.get(keyOf(row));
        if (counter !== undefined) counter.written = row.count;
      }
      for (const [key, { kind, periodStart, count, written }] of counters) {
        if (count === written && periodStart < startOf(kind)) counters.delete(key);
      }
    },
  };
}
