import { createHash } from 'node:crypto';
import type { PrismaClient } from '../database/database.ts';
import type { PlatformName } from '../platform/platform.ts';
import type { DingTalkEvent } from './dingtalk-event.ts';

/** A claimed row: one event, about one person. */
export interface ClaimedEvent {
  id: string;
  type: string;
  /** The person's `dingUserId`. */
  person: string;
  /** How often the row was claimed, this time included; a later claim has another number. */
  attempts: number;
}

/** The shortest time between two checks of a person because of unproven callbacks, in milliseconds. */
const hintPauseMs = 10 * 60_000;

/** How long a handled row is kept, in milliseconds: repeats are recognised by it, administrators may read it. */
const keepMs = 30 * 24 * 3_600_000;

export type Inbox = ReturnType<typeof createInbox>;

/**
 * The rows of `platform_events`: reports of the platforms that were not handled yet. A row is about one person. Only
 * people who are bound here get a row; others have no session to end.
 */
export function createInbox(prisma: PrismaClient, platform: PlatformName, now: () => number) {
  const after = (ms: number) => new Date(now() + ms);

  // Both INSERTs below take their rows in the same order, so that two at once cannot block each other.
  return {
    /** Stores a verified event once, however often it is delivered. @returns how many rows are new. */
    async storeDingTalk({ type, occurrence, people }: DingTalkEvent): Promise<number> {
      if (people.length === 0) return 0;
      const keys = people.map((person) => `dingtalk:${sha256(JSON.stringify([occurrence, person]))}`);
      return prisma.$executeRaw`
        INSERT INTO platform_events (id, platform, dedup_key, type, payload, received_at, next_attempt_at)
        SELECT gen_random_uuid(), 'dingtalk', e.key, ${type}, jsonb_build_object('person', e.person),
               ${after(0)}, ${after(0)}
        FROM unnest(${people}::text[], ${keys}::text[]) AS e(person, key)
        JOIN users u ON u.ding_user_id = e.person
        ORDER BY e.key
        ON CONFLICT (dedup_key) DO NOTHING`;
    },

    /**
     * Notes that an unproven callback named these people. A person has one row only, which is handled at most once in
     * ten minutes. A callback within these ten minutes waits for their end: forged callbacks can delay a true one, but
     * not suppress it.
     *
     * @param hints employee codes and account ids, mixed.
     * @returns how many rows are to be handled because of it.
     */
    async storeHints(hints: readonly string[]): Promise<number> {
      if (hints.length === 0) return 0;
      // `again` marks an open row that was named once more: the person may have been checked before the change that
      // the second callback reports.
      return prisma.$executeRaw`
        INSERT INTO platform_events AS p (id, platform, dedup_key, type, payload, received_at, next_attempt_at)
        SELECT gen_random_uuid(), 'zhezhengding', 'zhezhengding:' || u.ding_user_id, 'employee_changed',
               jsonb_build_object('person', u.ding_user_id), ${after(0)}, ${after(0)}
        FROM users u
        WHERE u.ding_user_id = ANY(${hints}::text[])
           OR (u.ding_user_id IS NOT NULL AND u.employee_code = ANY(${hints}::text[]))
        ORDER BY u.ding_user_id
        ON CONFLICT (dedup_key) DO UPDATE SET
          payload = CASE WHEN p.processed_at IS NULL THEN p.payload || '{"again": true}'
                    ELSE EXCLUDED.payload END,
          received_at = CASE WHEN p.processed_at IS NULL THEN p.received_at ELSE EXCLUDED.received_at END,
          attempts = CASE WHEN p.processed_at IS NULL THEN p.attempts ELSE 0 END,
          next_attempt_at = CASE WHEN p.processed_at IS NULL THEN p.next_attempt_at
            ELSE GREATEST(EXCLUDED.next_attempt_at, p.processed_at + ${hintPauseMs} * interval '1 ms') END,
          last_error = CASE WHEN p.processed_at IS NULL THEN p.last_error END,
          processed_at = NULL`;
    },

    /** Claims the row that is due longest. If the claiming process dies, the row is due again after `leaseMs`. */
    async claim(leaseMs: number): Promise<ClaimedEvent | null> {
      const [row] = await prisma.$queryRaw<ClaimedEvent[]>`
        UPDATE platform_events
        SET attempts = attempts + 1, next_attempt_at = ${after(leaseMs)}, payload = payload - 'again'
        WHERE id = (
          SELECT id FROM platform_events
          WHERE processed_at IS NULL AND next_attempt_at <= ${after(0)} AND platform = ${platform}
          ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING id, type, attempts, payload->>'person' AS person`;
      return row ?? null;
    },

    /** Marks the row as handled; `problem` says for the administrator why it failed. */
    async finish({ id, attempts }: ClaimedEvent, problem: string | null): Promise<void> {
      await prisma.$executeRaw`
        UPDATE platform_events SET
          processed_at = CASE WHEN payload->'again' IS NULL THEN ${after(0)}::timestamptz END,
          next_attempt_at = CASE WHEN payload->'again' IS NULL THEN next_attempt_at
                            ELSE ${after(hintPauseMs)}::timestamptz END,
          attempts = CASE WHEN payload->'again' IS NULL THEN attempts ELSE 0 END,
          last_error = ${problem}
        WHERE id = ${id}::uuid AND attempts = ${attempts} AND processed_at IS NULL`;
    },

    /** Makes the row due again after `waitMs`. */
    async postpone({ id, attempts }: ClaimedEvent, waitMs: number, problem: string | null): Promise<void> {
      await prisma.$executeRaw`
        UPDATE platform_events SET next_attempt_at = ${after(waitMs)}, last_error = ${problem}
        WHERE id = ${id}::uuid AND attempts = ${attempts} AND processed_at IS NULL`;
    },

    /** Seconds since the oldest unhandled row was due; 0 if there is none. */
    async lagSeconds(): Promise<number> {
      // An untried row waits since it was due, which may be later than it was received.
      const [row] = await prisma.$queryRaw<{ since: Date | null }[]>`
        SELECT min(CASE WHEN attempts = 0 THEN next_attempt_at ELSE received_at END) AS since
        FROM platform_events WHERE processed_at IS NULL AND platform = ${platform}`;
      return row?.since ? Math.max(0, (now() - row.since.getTime()) / 1000) : 0;
    },

    /** Deletes rows that were handled long ago. @returns how many. */
    async sweep(): Promise<number> {
      const { count } = await prisma.platformEvent.deleteMany({
        where: { platform, processedAt: { lt: after(-keepMs) } },
      });
      return count;
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
