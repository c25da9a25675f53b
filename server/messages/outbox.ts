import { isPlatformId } from '../contract/constants.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { MessageKind, MessageStatus } from '../database/generated/enums.ts';
import { batchSize, checkDingText, msgOf } from '../platform/messages.ts';
import type { MessageContent } from '../platform/platform.ts';

/** A message to any number of people. */
export type NewMessage = {
  /** The message's identity, e.g. `notice:<id>`: a message with a known key is not sent again. */
  key: string;
  /** Platform ids (`User.dingUserId`), possibly page by page; repeated ones count once. */
  receivers: Iterable<string> | AsyncIterable<string>;
} & (
  | { kind: 'WORK_NOTIFICATION'; content: MessageContent }
  | { kind: 'DING'; content: Extract<MessageContent, { type: 'text' }> }
);

/** Rows of one INSERT: a message to many thousands is never in memory as a whole. */
const rowsAtOnce = 50;

export interface Enqueued {
  /** Rows that were written: 0 for a known key, and without receivers. */
  rows: number;
  /** People in these rows. */
  receivers: number;
}

/**
 * Writes a message into the outbox, in rows of one call's receivers (100). It is part of the caller's transaction; a
 * worker sends it after the commit. Invalid platform ids are left out, so that the others get the message.
 *
 * @param now epoch milliseconds.
 * @throws InvalidMessageError for a text that no platform would take.
 */
export async function enqueue(
  tx: PrismaClient | Transaction,
  { key, kind, receivers, content }: NewMessage,
  now: number,
): Promise<Enqueued> {
  // Checked here, where the text can still be changed, and not later in the worker.
  if (kind === 'DING') checkDingText(content.text);
  else msgOf(content);
  const at = new Date(now);
  const enqueued: Enqueued = { rows: 0, receivers: 0 };

  /** @returns false if the first row is known: then the message has its receivers already. */
  async function write(batches: readonly string[][]): Promise<boolean> {
    const first = enqueued.rows;
    const { count } = await tx.outboxMessage.createMany({
      data: batches.map((batch, index) => ({
        dedupKey: `${key}#${first + index + 1}`,
        kind,
        receivers: batch,
        content: { ...content },
        createdAt: at,
        nextAttemptAt: at,
      })),
      // ON CONFLICT DO NOTHING also waits for another transaction that is writing the same key.
      skipDuplicates: true,
    });
    enqueued.rows += count;
    if (count > 0) enqueued.receivers += batches.flat().length;
    return count > 0;
  }

  let waiting: string[][] = [];
  for await (const batch of inBatches(receivers)) {
    waiting.push(batch);
    if (enqueued.rows > 0 && waiting.length < rowsAtOnce) continue;
    if (!(await write(waiting))) return { rows: 0, receivers: 0 };
    waiting = [];
  }
  if (waiting.length > 0) await write(waiting);
  return enqueued;
}

async function* inBatches(receivers: NewMessage['receivers']): AsyncGenerator<string[]> {
  const seen = new Set<string>();
  let batch: string[] = [];
  for await (const receiver of receivers) {
    if (seen.has(receiver) || !isPlatformId(receiver)) continue;
    seen.add(receiver);
    batch.push(receiver);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export interface MessageCount {
  kind: MessageKind;
  status: MessageStatus;
  count: number;
}

/**
 * How many rows of each kind are in each status except SENT, for `/metrics`. Nearly all rows are SENT; without them the
 * count can use the index on `status`.
 */
export async function countUnsent(prisma: PrismaClient): Promise<MessageCount[]> {
  const groups = await prisma.outboxMessage.groupBy({
    by: ['kind', 'status'],
    where: { status: { in: ['PENDING', 'SENDING', 'FAILED', 'UNCERTAIN'] } },
    _count: true,
  });
  return groups.map(({ kind, status, _count }) => ({ kind, status, count: _count }));
}
