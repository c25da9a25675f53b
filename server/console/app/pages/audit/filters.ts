import type { AuditFilters } from '../../../../contract/audit.ts';

/**
 * The list's filters for the server, without empty ones. Days are Beijing's, `2026-11-24`; the last day is included.
 */
export function filtersOf(held: Readonly<Record<string, string | number | undefined>>): AuditFilters {
  const texts = ['who', 'action', 'subject', 'address', 'text'].map((name) => [
    name,
    String(held[name] ?? '').trim(),
  ]);
  const { fromDay, toDay } = held;
  return {
    ...Object.fromEntries(texts.filter(([, value]) => value !== '')),
    ...(fromDay && { from: startOf(fromDay, 0) }),
    ...(toDay && { to: startOf(toDay, 1) }),
  };
}

/** The start of a day in Beijing, some days later. China has no summer time. */
function startOf(day: string | number, later: number): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + later * 86_400_000).toISOString();
}
