import type { PrismaClient } from '../database/database.ts';
import type { MessageKind } from '../database/generated/enums.ts';

/**
 * Longest that a process may take from a claim, or from the start of a call, to its end, in milliseconds. Four
 * calls of the longest time-out (token, send, new token, send again: 60 s each) fit.
 */
export const leaseMs = 5 * 60_000;

/** A row that this process alone may send until its lease ends. */
export interface Claim {
  id: string;
  dedupKey: string;
  kind: MessageKind;
  receivers: string[];
  content: unknown;
  /** Calls made so far. */
  attempts: number;
  /** Whether an earlier call may have sent it. */
  doubtful: boolean;
  /** Never the same for two claims of a row: a row is claimed again only after it. */
  leaseUntil: Date;
}

/** A claim whose call is under way; `attempts` counts this call. */
export type Started = Claim;

/** What a call came to, as the row keeps it. */
export type Settlement =
  | { status: 'SENT'; taskId: string | null; lastError: string | null }
  | { status: 'FAILED'; lastError: string }
  /** `nextAttemptAt`, epoch milliseconds: tried again then. */
  | { status: 'PENDING'; nextAttemptAt: number; lastError: string }
  /** `nextAttemptAt`: repeated then, where the platform recognises it; unchanged without. */
  | { status: 'UNCERTAIN'; nextAttemptAt?: number; lastError: string };

export interface ClaimFilter {
  kinds: readonly MessageKind[];
  limit: number;
  /** Doubtful work notifications count as due when their next attempt was set for a time after this. */
  doubtfulSince: number;
  maxAttempts: number;
}

/**
 * The outbox as many processes share it. The states of a row on its way: due → claimed (a lease, the status
 * unchanged) → SENDING (in the database before the call) → settled. A process that dies with a claim has sent
 * nothing; one that dies in SENDING may have.
 */
export function createClaims(prisma: PrismaClient, now: () => number) {
  const lease = () => new Date(now() + leaseMs);

  return {
    /** Takes due rows, oldest first, that no other process holds. */
    async claim({ kinds, limit, doubtfulSince, maxAttempts }: ClaimFilter): Promise<Claim[]> {
      const at = new Date(now());
      const leaseUntil = lease();
      const since = Number.isFinite(doubtfulSince) ? new Date(doubtfulSince) : null;
      // Materialised, because a subquery with SKIP LOCKED may be run twice and would then take too many rows.
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

    /** Says in the database that the call is about to be made. @returns null when the claim is lost. */
    async begin(claim: Claim): Promise<Started | null> {
      const leaseUntil = lease();
      const { count } = await prisma.outboxMessage.updateMany({
        where: {
          id: claim.id,
          leaseUntil: claim.leaseUntil,
          status: claim.doubtful ? 'UNCERTAIN' : 'PENDING',
          // Somebody may have taken it back since the claim.
          recallWantedAt: null,
        },
        data: { status: 'SENDING', leaseUntil, attempts: { increment: 1 } },
      });
      return count === 0 ? null : { ...claim, leaseUntil, attempts: claim.attempts + 1 };
    },

    /**
     * Writes down how the call ended. A process that was taken for dead may still report its message as sent; its
     * other reports are out of date.
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
     * Marks messages as UNCERTAIN whose process died while it sent them.
     *
     * @param repeatAfterMs how long after the call it may be repeated, where the platform recognises it.
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

export type Claims = ReturnType<typeof createClaims>;
