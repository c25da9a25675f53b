import type { PrismaClient, Transaction } from '../database/database.ts';

/** Fields by name, for `before` and `after` and for filters. */
export type AuditedFields = Readonly<Record<string, string | number | boolean | null>>;

// Types, not interfaces: only those fit Prisma's JSON.
type NoticeText = { title: string; body: string }; // part: notices

/** An administrator's change of a person; `together`: how many people the same action changed. */
export type PersonChange = { before: AuditedFields; after: AuditedFields; together?: number };

/** What an administrator did to a person. */
export type PersonAction =
  | 'person.edited'
  | 'person.disabled'
  | 'person.enabled'
  | 'person.unbound'
  | 'password.reset'
  | 'super-executive.added'
  | 'super-executive.removed';

/**
 * The actions of the audit log, and the detail of each; null for no detail. No passwords and no full mobile numbers:
 * nobody can delete them from the log.
 */
export interface AuditDetails extends Record<PersonAction, PersonChange> {
  // Written by the statement that opens the session, not through recordAudit.
  'sign-in': { client: string; by?: 'password' };
  'sign-in.refused': { client: 'h5'; by: 'password'; reason: string };
  'sign-out': null;
  'sessions.ended': { sessions: number; together?: number };
  'administrator.created': { username: string; name: string; by: 'command-line' };
  'password.refused': { reason: string };
  'password.changed': null;
  'lockout.cleared': null;
  'account.bound': { by: string; dingUserId: string };
  'bind.refused': { reason: string; dingUserId: string };
  'notice.created': { after: NoticeText }; // part: notices
  'notice.changed': { before: NoticeText; after: NoticeText }; // part: notices
  'notice.deleted': { before: NoticeText }; // part: notices
  // part: notices
  'notice.published': {
    title: string;
    receivers: number;
    before: { state: 'draft' };
    after: { state: 'published'; publishedAt: string };
  };
  // part: notices
  'notice.withdrawn': {
    title: string;
    before: { state: 'published'; publishedAt: string };
    after: { state: 'withdrawn'; withdrawnAt: string };
  };
  'person.created': { after: AuditedFields };
  'mobile.revealed': null;
  'person.left': { dingUserId: string; by: 'event' | 'reconcile' };
  'person.returned': { dingUserId: string; by: 'event' | 'reconcile' };
  // Written by the import itself, for all people in one statement.
  'person.imported': { import: string; row: number; before?: AuditedFields; after: AuditedFields };
  'people.imported': {
    fileHash: string;
    rows: number;
    created: number;
    changed: number;
    unchanged: number;
    passwords: number;
  };
  'import.passwords-read': { passwords: number };
  'people.exported': { filters: AuditedFields; mobiles: 'masked' | 'full'; format: string };
  'audit.exported': { filters: AuditedFields; format: string };
  'job.run': { job: string };
  'audit.purged': { rows: number; before: string };
}

/** One event of the audit log. */
export type AuditEvent = {
  [Action in keyof AuditDetails]: {
    action: Action;
    /** The account that acted; null if nobody was signed in, e.g. for the server's own actions. */
    actorId: string | null;
    /**
     * The object of the action, e.g. `user:<id>` or `account:<username>`. A user name without an account is not
     * recorded: see server/auth/credentials.ts.
     */
    subject: string;
  } & (AuditDetails[Action] extends null ? unknown : { detail: AuditDetails[Action] });
}[keyof AuditDetails];

/**
 * Appends one event. With a transaction's client, the event is stored only if the transaction succeeds.
 *
 * @param address where the request came from; null for the system itself.
 */
export async function recordAudit(
  client: PrismaClient | Transaction,
  event: AuditEvent,
  address: string | null,
): Promise<void> {
  await client.auditLog.create({ data: { ...event, address } });
}

/** Appends many events at once, as {@link recordAudit} does one. */
export async function recordAudits(
  client: PrismaClient | Transaction,
  events: readonly AuditEvent[],
  address: string | null,
): Promise<void> {
  await client.auditLog.createMany({ data: events.map((event) => ({ ...event, address })) });
}
