import type { PrismaClient } from '../database/database.ts';
import type { MessageKind, MessageStatus } from '../database/generated/enums.ts';
import type { MessageResult, Platform } from '../platform/platform.ts';

/** One row of the outbox, as tools and pages show it. */
export interface MessageState {
  id: string;
  kind: MessageKind;
  status: MessageStatus;
  receivers: string[];
  attempts: number;
  sentAt: Date | null;
  lastError: string | null;
}

export type ResultOutcome =
  | { outcome: 'known'; result: MessageResult }
  /** 浙政钉 and DINGs: the platform does not tell who got it. */
  | { outcome: 'not-told' }
  /** It has no place at the platform, see `state.status`. */
  | { outcome: 'not-sent'; state: MessageState }
  | { outcome: 'not-found' };

export type RecallOutcome =
  | { outcome: 'recalled' }
  /** It was still waiting: it will not be sent. */
  | { outcome: 'cancelled' }
  /** The platform allows it for 24 hours. */
  | { outcome: 'too-late' }
  /** A DING has rung: neither platform takes it back. */
  | { outcome: 'not-possible' }
  /** FAILED, or UNCERTAIN without the platform's id; or just being sent: then it works in a moment. */
  | { outcome: 'not-sent'; state: MessageState }
  | { outcome: 'not-found' };

export interface Messages {
  /** The rows of a key, in the order of their numbers. */
  byKey(key: string): Promise<MessageState[]>;
  /**
   * Who got a message.
   *
   * @param id a row's id.
   * @throws PlatformError.
   */
  messageResult(id: string): Promise<ResultOutcome>;
  /**
   * Takes a message back, or cancels it where it was not sent yet.
   *
   * @throws PlatformError.
   */
  recall(id: string): Promise<RecallOutcome>;
  /**
   * Sends a message once more that FAILED (its reason is mended) or is UNCERTAIN (somebody made sure that it did
   * not arrive). @returns false for any other, and for one that was taken back.
   */
  resend(id: string): Promise<boolean>;
}

export type MessagingPlatform = Pick<Platform, 'getMessageResult' | 'recallMessage'>;

const recallWithinMs = 24 * 60 * 60_000;
/** What a row tells that was taken back before it was sent. */
export const cancelledReason = '发送前已撤回';

/** What can be done with messages after `enqueue`. */
export function createMessages(
  prisma: PrismaClient,
  platform: MessagingPlatform,
  now: () => number,
): Messages {
  const select = {
    id: true,
    kind: true,
    status: true,
    receivers: true,
    attempts: true,
    sentAt: true,
    lastError: true,
    taskId: true,
  } as const;
  const read = (id: string) => prisma.outboxMessage.findUnique({ where: { id }, select });

  return {
    async byKey(key) {
      const states: MessageState[] = [];
      for (;;) {
        // Numbers without gaps, so that the unique index finds them: a LIKE would read the whole table.
        const wanted = Array.from({ length: 100 }, (_, index) => `${key}#${states.length + index + 1}`);
        const rows = await prisma.outboxMessage.findMany({
          where: { dedupKey: { in: wanted } },
          select: { ...select, dedupKey: true },
        });
        const known = new Map(rows.map((row) => [row.dedupKey, row]));
        for (const dedupKey of wanted) {
          const row = known.get(dedupKey);
          if (row === undefined) return states;
          states.push(stateOf(row));
        }
      }
    },

    async messageResult(id) {
      const row = await read(id);
      if (row === null) return { outcome: 'not-found' };
      if (row.status !== 'SENT') return { outcome: 'not-sent', state: stateOf(row) };
      if (row.kind === 'DING' || row.taskId === null) return { outcome: 'not-told' };
      const result = await platform.getMessageResult(row.taskId);
      return result === null ? { outcome: 'not-told' } : { outcome: 'known', result };
    },

    async recall(id) {
      // Wins or loses against a worker in one statement: `begin` asks for the same status.
      const { count } = await prisma.outboxMessage.updateMany({
        where: { id, status: 'PENDING' },
        data: { status: 'FAILED', lastError: cancelledReason, leaseUntil: null },
      });
      if (count > 0) return { outcome: 'cancelled' };
      const row = await read(id);
      if (row === null) return { outcome: 'not-found' };
      if (row.status !== 'SENT' || row.sentAt === null) return { outcome: 'not-sent', state: stateOf(row) };
      if (row.kind === 'DING' || row.taskId === null) return { outcome: 'not-possible' };
      if (now() - row.sentAt.getTime() >= recallWithinMs) return { outcome: 'too-late' };
      await platform.recallMessage(row.taskId);
      return { outcome: 'recalled' };
    },

    async resend(id) {
      const { count } = await prisma.outboxMessage.updateMany({
        where: { id, status: { in: ['FAILED', 'UNCERTAIN'] }, recallWantedAt: null },
        data: { status: 'PENDING', attempts: 0, leaseUntil: null, nextAttemptAt: new Date(now()) },
      });
      return count > 0;
    },
  };
}

function stateOf({ id, kind, status, receivers, attempts, sentAt, lastError }: MessageState): MessageState {
  return { id, kind, status, receivers, attempts, sentAt, lastError };
}
