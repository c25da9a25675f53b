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
  /** Somebody wants it taken back: it is not sent any more. */
  takenBack: boolean;
}

/** A message that failed or is doubtful. */
export interface UnsentMessage extends MessageState {
  createdAt: Date;
  /** What it says, in a few words: for whoever must recognise it. */
  excerpt: string;
}

export type ResultOutcome =
  | { outcome: 'known'; result: MessageResult }
  /** 浙政钉 and DINGs: the platform does not tell who got it. */
  | { outcome: 'not-told' }
  /** It has no place at the platform, see `state.status`. */
  | { outcome: 'not-sent'; state: MessageState }
  | { outcome: 'not-found' };

export interface Messages {
  /** The rows of a key, in the order of their numbers. */
  byKey(key: string): Promise<MessageState[]>;
  byId(id: string): Promise<MessageState | null>;
  /**
   * What FAILED and what is UNCERTAIN, the latest first, without what was taken back: what {@link resend} is for. A
   * doubtful work notification may still be repeated by itself.
   *
   * @param limit at most so many; `total` says how many there are.
   */
  unsent(limit: number): Promise<{ total: number; messages: UnsentMessage[] }>;
  /**
   * Who got a message.
   *
   * @param id a row's id.
   * @throws PlatformError.
   */
  messageResult(id: string): Promise<ResultOutcome>;
  /**
   * Sends a message once more that FAILED (its reason is mended) or is UNCERTAIN (somebody made sure that it did
   * not arrive). @returns false for any other, and for one that was taken back.
   */
  resend(id: string): Promise<boolean>;
}

/** As much of a message as a line has room for, in characters. */
const excerptLength = 20;

/** What can be done with messages after `enqueue`. */
export function createMessages(
  prisma: PrismaClient,
  platform: Pick<Platform, 'getMessageResult'>,
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
    recallWantedAt: true,
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

    async byId(id) {
      const row = await read(id);
      return row === null ? null : stateOf(row);
    },

    async unsent(limit) {
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

    async messageResult(id) {
      const row = await read(id);
      if (row === null) return { outcome: 'not-found' };
      if (row.status !== 'SENT') return { outcome: 'not-sent', state: stateOf(row) };
      if (row.kind === 'DING' || row.taskId === null) return { outcome: 'not-told' };
      const result = await platform.getMessageResult(row.taskId);
      return result === null ? { outcome: 'not-told' } : { outcome: 'known', result };
    },

    async resend(id) {
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

/** Only `enqueue` writes the content. */
function excerptOf(content: unknown): string {
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
