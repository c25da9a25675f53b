import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { PrismaClient } from '../../server/database/database.ts';
import { createLogger } from '../../server/logging.ts';
import { createMessages, type MessageState, type Messages } from '../../server/messages/messages.ts';
import { enqueue } from '../../server/messages/outbox.ts';
import { createOutboxWorker } from '../../server/messages/worker.ts';
import { noticeKey, publishNotice } from '../../server/notices/publishing.ts';
import type { MessageResult, Platform } from '../../server/platform/platform.ts';
import type { NotifyRequest } from './arguments.ts';
import { findReceivers, UnreachableError } from './receivers.ts';

export interface NotifyParts {
  prisma: PrismaClient;
  platform: Platform;
  print: (line: string) => void;
  /** Longest wait for the messages to be sent, in milliseconds; 30,000 by default. */
  waitMs?: number;
}

/** Asking more often tells nothing new; a platform needs a moment to deliver. */
const askEveryMs = 200;
/** How long the platform gets to tell who got a message, in milliseconds. */
const resultWithinMs = 3000;

/**
 * Writes the messages into the outbox, as the server does, sends it, and says in Chinese what became of them.
 *
 * @returns whether all of them were sent.
 * @throws UnreachableError, InvalidMessageError (both Chinese); errors of the database.
 */
export async function notify(request: NotifyRequest, parts: NotifyParts): Promise<boolean> {
  const { prisma, platform, print, waitMs = 30_000 } = parts;
  const labels = new Map<string, string>();
  const key = await (request.kind === 'notice' ? publish(request.id, parts) : write(request, prisma, labels));
  const messages = createMessages(prisma, platform, Date.now);
  const worker = createOutboxWorker({
    prisma,
    platform,
    now: Date.now,
    log: createLogger({ logLevel: 'silent' }),
  });
  worker.start();
  try {
    const states = await waitFor(messages, key, waitMs);
    for (const line of describeAll(states, labels)) print(line);
    const [only, ...others] = states.filter(({ status }) => status === 'SENT');
    if (only !== undefined && others.length === 0) await printResult(messages, only, labels, print);
    return states.every((state) => state.status === 'SENT');
  } finally {
    await worker.stop();
  }
}

async function write(
  { usernames, text, ding }: Extract<NotifyRequest, { kind: 'message' }>,
  prisma: PrismaClient,
  labels: Map<string, string>,
): Promise<string> {
  const receivers = await findReceivers(prisma, usernames);
  for (const { id, label } of receivers) labels.set(id, label);
  const key = `notify:${randomUUID()}`;
  const content = { type: 'text', text } as const;
  const to = { key, receivers: receivers.map(({ id }) => id), content };
  await enqueue(prisma, ding ? { kind: 'DING', ...to } : { kind: 'WORK_NOTIFICATION', ...to }, Date.now());
  return key;
}

async function publish(id: string, { prisma, print }: NotifyParts): Promise<string> {
  const published = await publishNotice(prisma, id, Date.now());
  switch (published.outcome) {
    case 'published':
      print(`公告已发布，通知 ${published.receivers} 位读者。`);
      return noticeKey(id);
    case 'already-published':
      print('这条公告已经发布过（或已定好发布时间），不再通知。以下是当时的通知：');
      return noticeKey(id);
    case 'not-found':
      throw new UnreachableError(`没有发送：找不到编号为 ${id} 的公告。${await drafts(prisma)}`);
  }
}

async function drafts(prisma: PrismaClient): Promise<string> {
  const rows = await prisma.notice.findMany({
    where: { publishedAt: null },
    orderBy: { createdAt: 'desc' },
    take: 5,
    select: { id: true, title: true },
  });
  if (rows.length === 0) return '目前没有未发布的公告。';
  return `未发布的公告：\n${rows.map(({ id, title }) => `  ${id}  ${title}`).join('\n')}`;
}

/** The rows of a key once all of them have an end, or as they are when the time is over. */
async function waitFor(messages: Messages, key: string, waitMs: number): Promise<MessageState[]> {
  const until = Date.now() + waitMs;
  for (;;) {
    const states = await messages.byKey(key);
    // A message that is tried again later says why by now.
    const open = states.filter(
      ({ status, lastError }) => status === 'SENDING' || (status === 'PENDING' && lastError === null),
    );
    if (open.length === 0 || Date.now() >= until) return states;
    await delay(Math.min(askEveryMs, 50));
  }
}

/** A few rows one by one; of many, those that went wrong, and how many did not. */
function describeAll(states: readonly MessageState[], labels: Map<string, string>): string[] {
  const sent = states.filter(({ status }) => status === 'SENT');
  const brief = sent.length > 5;
  const people = sent.reduce((sum, { receivers }) => sum + receivers.length, 0);
  return [
    ...(brief ? [`✔ 平台已收下 ${sent.length} 批，共 ${people} 人`] : []),
    ...states.filter(({ status }) => !brief || status !== 'SENT').map((state) => describe(state, labels)),
  ];
}

function describe({ id, status, receivers, lastError }: MessageState, labels: Map<string, string>): string {
  const to = named(receivers, labels);
  const why = lastError === null ? '' : `：${lastError}`;
  switch (status) {
    case 'SENT':
      return `✔ 平台已收下，发给${to}${lastError === null ? '' : `（${lastError}）`}`;
    case 'FAILED':
      return `✘ 没有发给${to}${why}`;
    case 'UNCERTAIN':
      return `？不确定是否已发给${to}${why}。请先向收件人核实，不要马上重发（消息 ${id}）。`;
    case 'PENDING':
    case 'SENDING':
      return `… 还没有发给${to}${why}。消息已存好，服务运行时会接着发。`;
  }
}

/** What the platform says of who got it, where it says anything. */
async function printResult(
  messages: Messages,
  state: MessageState,
  labels: Map<string, string>,
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

function undelivered({ invalid, forbidden, failed }: MessageResult, labels: Map<string, string>): string[] {
  const lines: [readonly string[], string][] = [
    [invalid, '不在组织里，或不在应用的可见范围内'],
    [failed, '平台投递失败'],
    ...[...new Set(forbidden.map(({ code }) => code))].map((code): [string[], string] => [
      forbidden.filter((one) => one.code === code).map(({ id }) => id),
      limits[code] ?? `平台的限制（${code}）`,
    ]),
  ];
  return lines
    .filter(([ids]) => ids.length > 0)
    .map(([ids, why]) => `  没有送达${named(ids, labels)}：${why}`);
}

/** `forbidden_list` of DingTalk's getsendresult. */
const limits: Record<string, string> = {
  143105: '此人今天收到的通知已到上限（500 条）',
  143106: '同样的内容，同一个人一天只能收到一次',
};

/** A few by name, many by number. */
function named(ids: readonly string[], labels: Map<string, string>): string {
  return ids.length > 5 ? ` ${ids.length} 人` : ` ${ids.map((id) => labels.get(id) ?? id).join('、')}`;
}
