import { createHash } from 'node:crypto';
import type { PrismaClient } from '../database/database.ts';
import type { PlatformName } from '../platform/platform.ts';
import type { DingTalkEvent } from './dingtalk-event.ts';

/** A row that is being worked off: one event, about one person. */
export interface ClaimedEvent {
  id: string;
  type: string;
  /** The person's `dingUserId`. */
  person: string;
  /** How often it was taken, this time included; with `id` it says that the row is still ours. */
  attempts: number;
}

/**
 * The rows of `platform_events`: what platforms reported and nobody has looked into yet. A row is about one
 * person, and only people who are bound here get one: others cannot be signed in.
 */
export interface Inbox {
  /** Stores a verified event, once however often it is delivered. @returns how many rows are new. */
  storeDingTalk(event: DingTalkEvent): Promise<number>;
  /**
   * Notes that somebody, whoever it was, named these people. A person has one row only, which is worked off at
   * most once in ten minutes; a name that comes sooner waits for the end of them, so that forged callbacks can
   * delay a true one, and not suppress it.
   *
   * @param hints employee codes and account ids, mixed.
   * @returns how many rows there are to work off because of it.
   */
  storeHints(hints: readonly string[]): Promise<number>;
  /** Takes the row that is due longest, for `leaseMs`: when its taker dies, it is due again after that. */
  claim(leaseMs: number): Promise<ClaimedEvent | null>;
  /** The row is worked off; `problem` says why in vain, for the administrator. */
  finish(event: ClaimedEvent, problem: string | null): Promise<void>;
  /** The row is due again after `waitMs`. */
  postpone(event: ClaimedEvent, waitMs: number, problem: string | null): Promise<void>;
  /** Seconds that the oldest row has been waiting beyond its time; 0 when nothing waits. */
  lagSeconds(): Promise<number>;
  /** Deletes rows that were worked off long ago. @returns how many. */
  sweep(): Promise<number>;
}

/** Between two looks at a person that unproven callbacks can cause, in milliseconds. */
const hintPauseMs = 10 * 60_000;

/** How long a row that was worked off is kept: repeats are recognised by it, administrators may read it. */
const keepMs = 30 * 24 * 3_600_000;

export function createInbox(prisma: PrismaClient, platform: PlatformName, now: () => number): Inbox {
  const after = (ms: number) => new Date(now() + ms);

  // Both statements below take their rows in one order, so that two at once cannot wait for each other.
  return {
    async storeDingTalk({ type, occurrence, people }) {
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

    async storeHints(hints) {
      if (hints.length === 0) return 0;
      // `again` marks a row that was named once more while it is open: the look at the person may have been
      // taken before what the callback tells of.
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

    async claim(leaseMs) {
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

    async finish({ id, attempts }, problem) {
      await prisma.$executeRaw`
        UPDATE platform_events SET
          processed_at = CASE WHEN payload->'again' IS NULL THEN ${after(0)}::timestamptz END,
          next_attempt_at = CASE WHEN payload->'again' IS NULL THEN next_attempt_at
                            ELSE ${after(hintPauseMs)}::timestamptz END,
          attempts = CASE WHEN payload->'again' IS NULL THEN attempts ELSE 0 END,
          last_error = ${problem}
        WHERE id = ${id}::uuid AND attempts = ${attempts} AND processed_at IS NULL`;
    },

    async postpone({ id, attempts }, waitMs, problem) {
      await prisma.$executeRaw`
        UPDATE platform_events SET next_attempt_at = ${after(waitMs)}, last_error = ${problem}
        WHERE id = ${id}::uuid AND attempts = ${attempts} AND processed_at IS NULL`;
    },

    async lagSeconds() {
      // A row that has not been tried waits since it was due, which may be later than it was received.
      const [row] = await prisma.$queryRaw<{ since: Date | null }[]>`
        SELECT min(CASE WHEN attempts = 0 THEN next_attempt_at ELSE received_at END) AS since
        FROM platform_events WHERE processed_at IS NULL AND platform = ${platform}`;
      return row?.since ? Math.max(0, (now() - row.since.getTime()) / 1000) : 0;
    },

    async sweep() {
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
