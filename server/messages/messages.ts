import type { PrismaClient } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { MessageKind, MessageStatus } from '../database/generated/enums.ts';
import type { MessageContent, MessageResult, Platform } from '../platform/platform.ts';

/** One row of the outbox, as tools and pages show it. */
export interface MessageState {
  id: string;
  kind: MessageKind;
  status: MessageStatus;
  receivers: string[];
  attempts: number;
  sentAt: Date | null;
  lastError: string | null;
  /** Whether it was taken back: then it is not sent any more. */
  takenBack: boolean;
}

/** A message that is FAILED or UNCERTAIN. */
export interface UnsentMessage extends MessageState {
  createdAt: Date;
  /** The beginning of its text, by which people recognise it. */
  excerpt: string;
}

export type ResultOutcome =
  | { outcome: 'known'; result: MessageResult }
  /** The platform does not tell who got it: 浙政钉, and DINGs. */
  | { outcome: 'not-told' }
  /** It was not sent; see `state.status`. */
  | { outcome: 'not-sent'; state: MessageState }
  | { outcome: 'not-found' };

/** The length of an excerpt, in characters: it fits on a line. */
const excerptLength = 20;

export type Messages = ReturnType<typeof createMessages>;

/** What can be done with messages after `enqueue`. */
export function createMessages(
  prisma: PrismaClient,
  platform: Pick<Platform, 'getMessageResult'>,
  now: () => number,
) {
  const select = {
    id: true,
    kind: true,
    status: true,
    receivers: true,
    attempts: true,
    sentAt: true,
    lastError: true,
    taskId: true,
    recallWantedAt: true,
  } as const;
  const read = (id: string) => prisma.outboxMessage.findUnique({ where: { id }, select });

  return {
    /** The rows of a key, in the order of their numbers. */
    async byKey(key: string): Promise<MessageState[]> {
      const states: MessageState[] = [];
      for (;;) {
        // The numbers have no gaps, so the unique index finds the rows; a LIKE would read the whole table.
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

    async byId(id: string): Promise<MessageState | null> {
      const row = await read(id);
      return row === null ? null : stateOf(row);
    },

    /**
     * The messages that are FAILED or UNCERTAIN and were not taken back, the latest first. An uncertain work
     * notification may still be repeated by itself.
     *
     * @param limit the most messages to return; `total` counts all of them.
     */
    async unsent(limit: number): Promise<{ total: number; messages: UnsentMessage[] }> {
      const where: Prisma.OutboxMessageWhereInput = {
        status: { in: ['FAILED', 'UNCERTAIN'] },
        recallWantedAt: null,
      };
      const [total, rows] = await Promise.all([
        prisma.outboxMessage.count({ where }),
        prisma.outboxMessage.findMany({
          where,
          select: { ...select, createdAt: true, content: true },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          take: limit,
        }),
      ]);
      return {
        total,
        messages: rows.map((row) => ({
          ...stateOf(row),
          createdAt: row.createdAt,
          excerpt: excerptOf(row.content),
        })),
      };
    },

    /** Who got a message. @param id a row's id. @throws PlatformError. */
    async messageResult(id: string): Promise<ResultOutcome> {
      const row = await read(id);
      if (row === null) return { outcome: 'not-found' };
      if (row.status !== 'SENT') return { outcome: 'not-sent', state: stateOf(row) };
      if (row.kind === 'DING' || row.taskId === null) return { outcome: 'not-told' };
      const result = await platform.getMessageResult(row.taskId);
      return result === null ? { outcome: 'not-told' } : { outcome: 'known', result };
    },

    /**
     * Makes a message due again that is FAILED (after its reason was removed) or UNCERTAIN (after somebody made sure
     * that it did not arrive). @returns false for any other message, and for one that was taken back.
     */
    async resend(id: string): Promise<boolean> {
      const { count } = await prisma.outboxMessage.updateMany({
        where: { id, status: { in: ['FAILED', 'UNCERTAIN'] }, recallWantedAt: null },
        data: {
          status: 'PENDING',
          attempts: 0,
          leaseUntil: null,
          nextAttemptAt: new Date(now()),
          lastError: null,
        },
      });
      return count > 0;
    },
  };
}

function excerptOf(content: unknown): string {
  // Only `enqueue` writes the content.
  const message = content as MessageContent;
  const words = (message.type === 'markdown' ? message.title : message.text).replaceAll(/\s+/g, ' ').trim();
  const characters = [...words];
  return characters.length <= excerptLength ? words : `${characters.slice(0, excerptLength).join('')}…`;
}

function stateOf({
  recallWantedAt,
  ...row
}: Omit<MessageState, 'takenBack'> & { recallWantedAt: Date | null }): MessageState {
  const { id, kind, status, receivers, attempts, sentAt, lastError } = row;
  return { id, kind, status, receivers, attempts, sentAt, lastError, takenBack: recallWantedAt !== null };
}
