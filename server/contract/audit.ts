import { type Static, Type } from 'typebox';
import { instant, limit, nullable, pageOf, strict, text, textOrNull } from './schema.ts';
import { tableFormat } from './table-file.ts';

/** The filters; all given ones must match. */
const auditFilters = strict({
  /** The actor: name, user name, platform id or id. */
  who: Type.Optional(text(1, 128)),
  /** An action's identifier; see {@link auditActions}. */
  action: Type.Optional(text(1, 64)),
  /** The subject: a person as above, or the subject's text in the log. */
  subject: Type.Optional(text(1, 256)),
  /** The whole address. */
  address: Type.Optional(text(1, 64)),
  /** From this instant on. */
  from: Type.Optional(instant),
  /** Before this instant. */
  to: Type.Optional(instant),
  /** A person, a subject, or words of the changes; the last word may be incomplete. */
  text: Type.Optional(text(1, 128)),
});
export type AuditFilters = Static<typeof auditFilters>;

/** `GET /api/admin/audit`. */
export const auditQuery = strict({
  ...auditFilters.properties,
  cursor: Type.Optional(text(0, 128)),
  limit: Type.Optional(limit(100, 50)),
});

const auditChange = strict({
  /** Chinese. */
  field: Type.String(),
  /** Null for an empty value. */
  before: textOrNull,
  after: textOrNull,
});
export type AuditChange = Static<typeof auditChange>;

const auditPerson = strict({ id: Type.String(), name: Type.String(), username: Type.String() });
export type AuditPerson = Static<typeof auditPerson>;

const auditSubject = strict({
  /** Chinese: a person as `name（user name）`, a notice by its title, or another object. */
  text: Type.String(),
  /** The address of its page in the console, below `/console`; null for none. */
  link: textOrNull,
});
export type AuditSubject = Static<typeof auditSubject>;

export const auditEntry = strict({
  id: Type.String(),
  at: instant,
  action: Type.String(),
  /** Chinese. */
  actionName: Type.String(),
  /** Null if nobody was signed in. */
  actor: nullable(auditPerson),
  subject: nullable(auditSubject),
  /** Null for the server's own actions. */
  address: textOrNull,
  changes: Type.Array(auditChange),
  /** Other facts. */
  facts: Type.Array(
    strict({ name: Type.String(), value: Type.String(), link: Type.Optional(Type.String()) }),
  ),
});
export type AuditEntry = Static<typeof auditEntry>;

export const auditPage = pageOf(auditEntry);
export type AuditPage = Static<typeof auditPage>;

/** `GET /api/admin/audit/actions`: the actions for the filter, and how long entries are kept. */
export const auditActions = strict({
  items: Type.Array(strict({ action: Type.String(), name: Type.String() })),
  retentionDays: Type.Integer(),
});
export type AuditActions = Static<typeof auditActions>;

/** `POST /api/admin/audit/export`; the export itself has an entry in the log. */
export const auditExport = strict({ ...auditFilters.properties, format: Type.Optional(tableFormat) });
