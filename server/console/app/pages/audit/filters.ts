import type { AuditFilters } from '../../../../contract/audit.ts';

/** What the form holds; days are Beijing's, `2026-11-24`. */
export interface AuditForm {
  who: string;
  action: string;
  subject: string;
  address: string;
  text: string;
  fromDay: string;
  toDay: string;
}

export const emptyForm: Readonly<AuditForm> = {
  who: '',
  action: '',
  subject: '',
  address: '',
  text: '',
  fromDay: '',
  toDay: '',
};

/** The form as the server takes it; what is empty is left out. */
export function filtersOf({ fromDay, toDay, ...texts }: AuditForm): AuditFilters {
  const given = Object.entries(texts).flatMap(([name, value]) =>
    value.trim() === '' ? [] : [[name, value.trim()]],
  );
  return {
    ...Object.fromEntries(given),
    ...(fromDay !== '' && { from: startOf(fromDay, 0) }),
    // The whole of the last day.
    ...(toDay !== '' && { to: startOf(toDay, 1) }),
  };
}

/** When a day begins in Beijing, so many days later; no summer time there. */
function startOf(day: string, later: number): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + later * 86_400_000).toISOString();
}
