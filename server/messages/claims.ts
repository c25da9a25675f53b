import type { PrismaClient } from '../database/database.ts';
import type { MessageKind } from '../database/generated/enums.ts';

/**
 * The longest time from a claim, or from the start of a call, to its end, in milliseconds. It is enough for four calls
 * with the longest time-out (token, send, new token, send again: 60 s each).
 */
export const leaseMs = 5 * 60_000;

/** A row that only this process may send until its lease ends. */
export interface Claim {
  id: string;
  dedupKey: string;
  kind: MessageKind;
  receivers: string[];
  content: unknown;
  /** Calls made so far. */
  attempts: number;
  /** Whether an earlier call may have sent the message. */
  doubtful: boolean;
  /** Different for every claim of a row: a row is claimed again only after this time. */
  leaseUntil: Date;
}

/** A claim whose call has begun; `attempts` counts this call. */
export type Started = Claim;

/** The result of a call, as stored in the row. */
export type Settlement =
  | { status: 'SENT'; taskId: string | null; lastError: string | null }
  | { status: 'FAILED'; lastError: string }
  /** Tried again at `nextAttemptAt`, epoch milliseconds. */
  | { status: 'PENDING'; nextAttemptAt: number; lastError: string }
  /** Repeated at `nextAttemptAt` if the platform recognises the message; unchanged without. */
  | { status: 'UNCERTAIN'; nextAttemptAt?: number; lastError: string };

export interface ClaimFilter {
  kinds: readonly MessageKind[];
  limit: number;
  /** Doubtful work notifications are due only if their next attempt was set for a time after this. */
  doubtfulSince: number;
  maxAttempts: number;
}

/**
 * The outbox, shared by many processes. A row is due → claimed (a lease, the status unchanged) → SENDING (in the
 * database before the call) → settled. A process that dies with a claim has sent nothing; one that dies in SENDING may
 * have sent the message.
 */
export function createClaims(prisma: PrismaClient, now: () => number) {
  const lease = () => new Date(now() + leaseMs);

  return {
    /** Claims due rows that no other process has claimed, the oldest first. */
    async claim({ kinds, limit, doubtfulSince, maxAttempts }: ClaimFilter): Promise<Claim[]> {
      const at = new Date(now());
      const leaseUntil = lease();
      const since = Number.isFinite(doubtfulSince) ? new Date(doubtfulSince) : null;
      // MATERIALIZED, because a subquery with SKIP LOCKED may run twice and would then claim too many rows.
      const rows = await prisma.$queryRaw<(Omit<Claim, 'leaseUntil' | 'doubtful'> & { status: string })[]>`
        WITH "due" AS MATERIALIZED (
          SELECT "id" FROM "outbox_messages"
          WHERE "next_attempt_at" <= ${at}
            AND "kind"::text = ANY(${kinds})
            AND ("lease_until" IS NULL OR "lease_until" < ${at})
            AND "recall_wanted_at" IS NULL
            AND ("status" = 'PENDING' OR ("status" = 'UNCERTAIN' AND "kind" = 'WORK_NOTIFICATION'
              AND "attempts" < ${maxAttempts} AND "next_attempt_at" > ${since}))
          ORDER BY "next_attempt_at", "id"
          LIMIT ${limit}
          FOR UPDATE SKIP LOCKED
        )
        UPDATE "outbox_messages" AS "m" SET "lease_until" = ${leaseUntil}
        FROM "due" WHERE "m"."id" = "due"."id"
        RETURNING "m"."id", "m"."dedup_key" AS "dedupKey", "m"."kind", "m"."receivers", "m"."content",
          "m"."attempts", "m"."status"`;
      return rows.map(({ status, ...row }) => ({ ...row, leaseUntil, doubtful: status === 'UNCERTAIN' }));
    },

    /** Marks the row as SENDING before the call. @returns null if the claim is lost. */
    async begin(claim: Claim): Promise<Started | null> {
      const leaseUntil = lease();
      const { count } = await prisma.outboxMessage.updateMany({
        where: {
          id: claim.id,
          leaseUntil: claim.leaseUntil,
          status: claim.doubtful ? 'UNCERTAIN' : 'PENDING',
          // The message may have been taken back since the claim.
          recallWantedAt: null,
        },
        data: { status: 'SENDING', leaseUntil, attempts: { increment: 1 } },
      });
      return count === 0 ? null : { ...claim, leaseUntil, attempts: claim.attempts + 1 };
    },

    /**
     * Writes the result of the call. A process that counts as dead may still report its message as sent; its other
     * reports are outdated.
     */
    async settle(started: Started, settlement: Settlement): Promise<void> {
      const { nextAttemptAt, ...rest } = { nextAttemptAt: undefined, ...settlement };
      const sent = settlement.status === 'SENT';
      await prisma.outboxMessage.updateMany({
        where: {
          id: started.id,
          attempts: started.attempts,
          OR: [
            { status: 'SENDING', leaseUntil: started.leaseUntil },
            ...(sent ? [{ status: 'UNCERTAIN' as const }] : []),
          ],
        },
        data: {
          ...rest,
          leaseUntil: null,
          ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt) }),
          ...(sent && { sentAt: new Date(now()) }),
        },
      });
    },

    /** Gives a claim back unused, so that the row is due at once. */
    async release({ id, leaseUntil }: Claim): Promise<void> {
      await prisma.outboxMessage.updateMany({
        where: { id, leaseUntil, status: { in: ['PENDING', 'UNCERTAIN'] } },
        data: { leaseUntil: null },
      });
    },

    /**
     * Marks messages as UNCERTAIN whose process died in SENDING.
     *
     * @param repeatAfterMs how long after the call a message may be repeated, if the platform recognises it.
     * @returns the rows' ids.
     */
    async abandon(repeatAfterMs: number): Promise<string[]> {
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        UPDATE "outbox_messages" SET
          "status" = 'UNCERTAIN',
          "next_attempt_at" = "lease_until" + ${repeatAfterMs - leaseMs} * interval '1 millisecond',
          "lease_until" = NULL,
          "last_error" = ${'发送它的进程中途退出，不知道平台是否已收下'}
        WHERE "status" = 'SENDING' AND "lease_until" < ${new Date(now())}
        RETURNING "id"`;
      return rows.map(({ id }) => id);
    },
  };
}
