import type { AuditFilters } from '../../../../contract/audit.ts';

/**
 * The list's filters as the server takes them: what is empty is left out. Days are Beijing's, `2026-11-24`, and the
 * last one counts whole.
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

/** When a day begins in Beijing, so many days later; no summer time there. */
function startOf(day: string | number, later: number): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + later * 86_400_000).toISOString();
}
