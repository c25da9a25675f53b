import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabaseClock } from '../../database/clock.ts';
import type { PrismaClient } from '../../database/database.ts';
import { createJobs } from '../../jobs/jobs.ts';
import { createMessages, type MessageState, type Messages } from '../../messages/messages.ts';
import { enqueue } from '../../messages/outbox.ts';
import { outboxQueue } from '../../messages/sending.ts';
import type { Platform } from '../../platform/platform.ts';
import { createLogger } from '../../plugins/logging.ts';
import type { NotifyRequest } from './arguments.ts';
import { findReceivers, labelsOf, UnreachableError } from './receivers.ts';
import { describe, type Labels, listUnsent, notResendable, undelivered } from './words.ts';

export interface NotifyParts {
  prisma: PrismaClient;
  platform: Platform;
  print: (line: string) => void;
}

/** Between two questions to the platform about delivery, in milliseconds. */
const askEveryMs = 200;
/** Between two looks at the outbox, in milliseconds. */
const readEveryMs = 50;
/** Longest wait for the messages to be sent, in milliseconds. */
const sentWithinMs = 30_000;
/** Longest wait for the platform to say who got a message, in milliseconds. */
const resultWithinMs = 3000;

/** The most messages that `--failed` lists: one or two screens. */
const listAtOnce = 50;

interface Run extends NotifyParts {
  messages: Messages;
  now: () => number;
}

/** Messages to send: how to read their state again, and the names of their receivers. */
interface Sending {
  read: () => Promise<MessageState[]>;
  labels: Labels;
}

/**
 * Sends, resends or lists messages, and prints the result in Chinese. Messages go through the outbox, as the server's
 * own messages do.
 *
 * @returns whether all messages were sent; true for a list.
 * @throws UnreachableError, InvalidMessageError (both Chinese); errors of the database.
 */
export async function notify(request: NotifyRequest, parts: NotifyParts): Promise<boolean> {
  const { prisma, platform, print } = parts;
  const { now } = await openDatabaseClock(prisma);
  const messages = createMessages(prisma, platform, now);
  if (request.kind === 'failed') {
    const { total, messages: listed } = await messages.unsent(listAtOnce);
    const labels = await labelsOf(
      prisma,
      listed.flatMap(({ receivers }) => receivers),
    );
    for (const line of listUnsent(listed, total, labels)) print(line);
    return true;
  }
  const run = { ...parts, messages, now };
  return send(await (request.kind === 'resend' ? resend(request.ids, run) : write(request, run)), run);
}

async function send(
  { read, labels }: Sending,
  { messages, now, prisma, platform, print }: Run,
): Promise<boolean> {
  const log = createLogger({ logLevel: 'silent' });
  const jobs = createJobs(log);
  jobs.queue(outboxQueue({ prisma, platform, now, log }));
  jobs.start();
  try {
    const states = await waitFor(read);
    for (const state of states) print(describe(state, labels));
    const [only, ...others] = states.filter(({ status }) => status === 'SENT');
    if (only !== undefined && others.length === 0) await printResult(messages, only, labels, print);
    return states.every((state) => state.status === 'SENT');
  } finally {
    await jobs.stop();
  }
}

async function write(
  { usernames, text, ding }: Extract<NotifyRequest, { kind: 'message' }>,
  { messages, now, prisma }: Run,
): Promise<Sending> {
  const receivers = await findReceivers(prisma, usernames);
  const key = `notify:${randomUUID()}`;
  const content = { type: 'text', text } as const;
  const to = { key, receivers: receivers.map(({ id }) => id), content };
  await enqueue(prisma, ding ? { kind: 'DING', ...to } : { kind: 'WORK_NOTIFICATION', ...to }, now());
  return {
    read: () => messages.byKey(key),
    labels: new Map(receivers.map(({ id, label }) => [id, label])),
  };
}

/** @throws UnreachableError if one of the messages cannot be resent; then none of them is resent. */
async function resend(ids: readonly string[], { messages, prisma }: Run): Promise<Sending> {
  const problems: string[] = [];
  const receivers: string[] = [];
  for (const id of ids) {
    const state = await messages.byId(id);
    const problem = notResendable(id, state);
    if (problem !== null) problems.push(problem);
    receivers.push(...(state?.receivers ?? []));
  }
  if (problems.length > 0) throw new UnreachableError(`没有重发任何消息：\n  ${problems.join('\n  ')}`);
  for (const id of ids) await messages.resend(id);
  return {
    async read() {
      const states: MessageState[] = [];
      for (const id of ids) {
        const state = await messages.byId(id);
        if (state !== null) states.push(state);
      }
      return states;
    },
    labels: await labelsOf(prisma, receivers),
  };
}

/** Waits until every message is sent or has failed, or until the time is over. @returns their states then */
async function waitFor(read: Sending['read']): Promise<MessageState[]> {
  const until = Date.now() + sentWithinMs;
  for (;;) {
    const states = await read();
    // A pending message with an error will be tried again much later: nothing to wait for.
    const open = states.filter(
      ({ status, lastError }) => status === 'SENDING' || (status === 'PENDING' && lastError === null),
    );
    if (open.length === 0 || Date.now() >= until) return states;
    await delay(readEveryMs);
  }
}

/** Prints who got the message, if the platform tells it. */
async function printResult(
  messages: Messages,
  state: MessageState,
  labels: Labels,
  print: (line: string) => void,
): Promise<void> {
  const until = Date.now() + resultWithinMs;
  for (;;) {
    const told = await messages.messageResult(state.id).catch(() => null);
    if (told === null || told.outcome !== 'known') return;
    if (told.result.done) {
      for (const line of undelivered(told.result, labels)) print(line);
      const delivered = told.result.read.length + told.result.unread.length;
      print(`  送达 ${delivered} 人，其中 ${told.result.read.length} 人已读。`);
      return;
    }
    if (Date.now() >= until) {
      print('  平台还在投递，稍后才知道是否送达。');
      return;
    }
    await delay(askEveryMs);
  }
}
