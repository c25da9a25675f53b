import type { PrismaClient, Transaction } from '../database/database.ts';

// part: notices
/** A type, not an interface: only those fit Prisma's JSON. */
type NoticeText = { title: string; body: string };

/** Fields by name, for `before` and `after` and for filters; no passwords, no full mobile numbers. */
export type AuditedFields = Readonly<Record<string, string | number | boolean | null>>;

/** What an administrator did to a person. */
export interface PersonChanged {
  action:
    | 'person.edited'
    | 'person.disabled'
    | 'person.enabled'
    | 'person.unbound'
    | 'password.reset'
    | 'super-executive.added'
    | 'super-executive.removed';
  actorId: string;
  subject: string;
  /** `together`: how many people one action changed. */
  detail: { before: AuditedFields; after: AuditedFields; together?: number };
}

/**
 * The events of the audit log. `subject` is what was acted on, e.g. `user:<id>` or `account:<username>`. A user name
 * without an account is not recorded: see server/auth/credentials.ts.
 */
export type AuditEvent =
  // Written by the statement that opens the session, not through recordAudit.
  | { action: 'sign-in'; actorId: string; subject: string; detail: { client: string; by?: 'password' } }
  | {
      action: 'sign-in.refused';
      actorId: null;
      subject: string;
      detail: { client: 'h5'; by: 'password'; reason: string };
    }
  | {
      action: 'administrator.created';
      actorId: null;
      subject: string;
      detail: { username: string; name: string; by: 'command-line' };
    }
  | { action: 'sign-out'; actorId: string; subject: string; detail: Record<string, never> }
  | { action: 'password.refused'; actorId: string; subject: string; detail: { reason: string } }
  | { action: 'password.changed'; actorId: string; subject: string; detail: Record<string, never> }
  | { action: 'lockout.cleared'; actorId: string | null; subject: string; detail: Record<string, never> }
  | { action: 'account.bound'; actorId: string; subject: string; detail: { by: string; dingUserId: string } }
  // part: notices
  | {
      action: 'notice.created' | 'notice.changed' | 'notice.deleted';
      actorId: string;
      subject: string;
      detail: { before?: NoticeText; after?: NoticeText };
    }
  // part: notices
  | {
      action: 'notice.published';
      actorId: string | null;
      subject: string;
      detail: {
        title: string;
        receivers: number;
        before: { state: 'draft' };
        after: { state: 'published'; publishedAt: string };
      };
    }
  // part: notices
  | {
      action: 'notice.withdrawn';
      actorId: string;
      subject: string;
      detail: {
        title: string;
        before: { state: 'published'; publishedAt: string };
        after: { state: 'withdrawn'; withdrawnAt: string };
      };
    }
  | { action: 'person.created'; actorId: string; subject: string; detail: { after: AuditedFields } }
  | PersonChanged
  | {
      action: 'sessions.ended';
      actorId: string;
      subject: string;
      detail: { sessions: number; together?: number };
    }
  | { action: 'mobile.revealed'; actorId: string; subject: string; detail: Record<string, never> }
  | {
      action: 'person.left' | 'person.returned';
      actorId: null;
      subject: string;
      detail: { dingUserId: string; by: 'event' | 'reconcile' };
    }
  | {
      action: 'bind.refused';
      actorId: null;
      subject: string;
      detail: { reason: string; dingUserId: string };
    }
  // One for each person of an import is written by the import itself, all of them in one statement.
  | {
      action: 'person.imported';
      actorId: string;
      subject: string;
      detail: { import: string; row: number; before?: AuditedFields; after: AuditedFields };
    }
  | {
      action: 'people.imported';
      actorId: string;
      subject: string;
      detail: {
        fileHash: string;
        rows: number;
        created: number;
        changed: number;
        unchanged: number;
        passwords: number;
      };
    }
  | { action: 'import.passwords-read'; actorId: string; subject: string; detail: { passwords: number } }
  | {
      action: 'people.exported';
      actorId: string;
      subject: string;
      detail: { filters: AuditedFields; mobiles: 'masked' | 'full'; format: string };
    }
  | {
      action: 'audit.exported';
      actorId: string;
      subject: string;
      detail: { filters: AuditedFields; format: string };
    }
  | { action: 'job.run'; actorId: string; subject: string; detail: { job: string } }
  | { action: 'audit.purged'; actorId: null; subject: string; detail: { rows: number; before: string } };

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
