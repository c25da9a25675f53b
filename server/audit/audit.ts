import type { PrismaClient, Transaction } from '../database/database.ts';

/** What the audit log tells; `subject` is what was acted on, e.g. `user:<id>` or `account:<username>`. */
export type AuditEvent =
  // Written by the statement that opens the session (docs/decisions/0015), not through recordAudit.
  | { action: 'sign-in'; actorId: string; subject: string; detail: { client: string } }
  | { action: 'sign-out'; actorId: string; subject: string; detail: Record<string, never> }
  | { action: 'password.changed'; actorId: string; subject: string; detail: Record<string, never> }
  | { action: 'lockout.cleared'; actorId: string | null; subject: string; detail: Record<string, never> }
  | { action: 'account.bound'; actorId: string; subject: string; detail: { by: string; dingUserId: string } }
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
    };

/**
 * Appends one event; with a transaction's client it stands or falls with what it tells.
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
