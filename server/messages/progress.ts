import type { PrismaClient } from '../database/database.ts';
import { cancelledReason } from './recalls.ts';

/** For one key: how many people's messages are in which state. */
export interface MessageProgress {
  waiting: number;
  sent: number;
  failed: number;
  uncertain: number;
  /** Taken back before they were sent. */
  cancelled: number;
  recalled: number;
  /** Waiting to be recalled. */
  recalling: number;
  /** Sent, and impossible to recall. */
  kept: number;
  /** Why messages failed or could not be recalled, the most frequent first; at most five. */
  reasons: string[];
}

type State = Exclude<keyof MessageProgress, 'reasons'>;

const mostReasons = 5;

/**
 * The delivery of a message of `enqueue`.
 *
 * @param rows the most rows that it can have (a row holds 100 receivers).
 */
export async function progressOf(prisma: PrismaClient, key: string, rows: number): Promise<MessageProgress> {
  const groups = await prisma.$queryRaw<{ state: State; reason: string | null; people: number }[]>`
    SELECT state, reason, sum(people)::int AS people FROM (
      SELECT
        CASE
          WHEN m.recalled_at IS NOT NULL THEN 'recalled'
          WHEN m.recall_next_at IS NOT NULL THEN 'recalling'
          WHEN m.status = 'FAILED' AND m.last_error = ${cancelledReason} THEN 'cancelled'
          WHEN m.status = 'FAILED' THEN 'failed'
          WHEN m.recall_wanted_at IS NOT NULL THEN 'kept'
          WHEN m.status IN ('PENDING', 'SENDING') THEN 'waiting'
          ELSE lower(m.status::text)
        END AS state,
        CASE WHEN m.recall_error IS NOT NULL THEN m.recall_error
          WHEN m.status <> 'SENT' AND m.last_error <> ${cancelledReason} THEN m.last_error END AS reason,
        cardinality(m.receivers) AS people
      FROM generate_series(1, ${rows}::int) AS n
      JOIN outbox_messages AS m ON m.dedup_key = ${key} || '#' || n
    ) AS rows
    GROUP BY state, reason
    ORDER BY people DESC`;
  const progress: MessageProgress = {
    waiting: 0,
    sent: 0,
    failed: 0,
    uncertain: 0,
    cancelled: 0,
    recalled: 0,
    recalling: 0,
    kept: 0,
    reasons: [],
  };
  for (const { state, reason, people } of groups) {
    progress[state] += people;
    if (reason !== null && !progress.reasons.includes(reason)) progress.reasons.push(reason);
  }
  progress.reasons.splice(mostReasons);
  return progress;
}
