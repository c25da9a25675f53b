import type { Instant } from './contract.ts';
import type { CsvEncoding } from './csv-encoding.ts';

/** What to look for; everything given must hold. */
export interface AuditFilters {
  /** Who did it: name, user name, platform id or id. */
  who?: string;
  /** An action's identifier; see `AuditActions`. */
  action?: string;
  /** What it was done to: a person as above, or the subject as the log has it. */
  subject?: string;
  /** Where it came from, as a whole. */
  address?: string;
  /** From this instant on. */
  from?: Instant;
  /** Before this instant. */
  to?: Instant;
  /** A person, a subject, or words of what was changed; the last word may be its beginning. */
  text?: string;
}

/** `GET /api/admin/audit`. */
export interface AuditQuery extends AuditFilters {
  cursor?: string;
  limit?: number;
}

export interface AuditChange {
  /** Chinese. */
  field: string;
  /** Null for nothing. */
  before: string | null;
  after: string | null;
}

export interface AuditPerson {
  id: string;
  name: string;
  username: string;
}

export interface AuditEntry {
  id: string;
  at: Instant;
  action: string;
  /** Chinese. */
  actionName: string;
  /** Null: nobody who is signed in. */
  actor: AuditPerson | null;
  /** Chinese: a person as `name（user name）`, or what else it was; null for none. */
  subject: string | null;
  /** Null where the server itself acts. */
  address: string | null;
  changes: AuditChange[];
  /** What else is known. */
  facts: { name: string; value: string }[];
}

export interface AuditPage {
  items: AuditEntry[];
  nextCursor: string | null;
}

/** `GET /api/admin/audit/actions`: what may be filtered by, and how long entries are kept. */
export interface AuditActions {
  items: { action: string; name: string }[];
  retentionDays: number;
}

/** `POST /api/admin/audit/export`; what is read is itself written to the log. */
export interface AuditExport extends AuditFilters {
  encoding?: CsvEncoding;
}
