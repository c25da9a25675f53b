import type { Emulator } from '../../scripts/emulator/index.ts';
import type { PrismaClient } from '../database/database.ts';
import { type Answer, call, signInWith, tokenIn } from './client.ts';

const people = ['zhangsan', 'admin', 'chenguang'] as const;

/** The writes that the server has acknowledged. */
export interface Acknowledged {
  tokens: string[];
  reads: { username: string; noticeId: string; readAt: string }[];
}

export interface Load {
  acknowledged: Acknowledged;
  /** The number of answers since the last read, by status and code. */
  takeAnswers(): Record<string, number>;
  stop(): Promise<void>;
}

/** Notices for {@link startLoad} to mark as read. @returns their ids. */
export async function addNotices(prisma: PrismaClient, count: number): Promise<string[]> {
  await prisma.notice.createMany({
    data: Array.from({ length: count }, (_, at) => ({
      title: `第 ${at} 条`,
      body: '正文',
      publishedAt: new Date(),
    })),
  });
  return (await prisma.notice.findMany({ select: { id: true } })).map(({ id }) => id);
}

/** Clients that sign in and mark notices as read, one after the other, until they are told to stop. */
export function startLoad(options: {
  /** The server's address. */
  url: string;
  emulator: Emulator;
  /** Used up. */
  notices: string[];
  clients: number;
}): Load {
  const { url, emulator, notices, clients } = options;
  const acknowledged: Acknowledged = { tokens: [], reads: [] };
  let answers: Record<string, number> = {};
  let stopping = false;
  const note = (answer: Answer) => {
    const key = answer.status === 200 ? '200' : `${answer.status} ${String(answer.body.code)}`;
    answers[key] = (answers[key] ?? 0) + 1;
  };

  async function client(number: number): Promise<void> {
    const username = people[number % people.length] ?? 'zhangsan';
    let token: string | null = null;
    while (!stopping) {
      const login = await signInWith(url, emulator.control.issueAuthCode(username, 'dingtalk'));
      note(login);
      token = tokenIn(login) ?? token;
      if (tokenIn(login) !== null && token !== null) acknowledged.tokens.push(token);
      const noticeId = notices.pop();
      if (token === null || noticeId === undefined) continue;
      const read = await call(`${url}/api/notices/${noticeId}/read`, { token, body: {} });
      note(read);
      if (read.body.outcome === 'read')
        acknowledged.reads.push({ username, noticeId, readAt: String(read.body.readAt) });
    }
  }
  const running = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  running.catch(() => {});
  return {
    acknowledged,
    takeAnswers() {
      const taken = answers;
      answers = {};
      return taken;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}

/** Checks that all acknowledged writes are in the database, and that the sessions live. */
export async function expectNothingLost(
  { tokens, reads }: Acknowledged,
  url: string,
  prisma: PrismaClient,
): Promise<void> {
  for (const token of tokens) expect((await call(`${url}/api/me`, { token })).status).toBe(200);
  const rows = await prisma.noticeRead.findMany({ include: { user: true } });
  const stored = new Set(
    rows.map((row) => `${row.user.username} ${row.noticeId} ${row.readAt.toISOString()}`),
  );
  const missing = reads.filter((read) => !stored.has(`${read.username} ${read.noticeId} ${read.readAt}`));
  expect(missing).toEqual([]);
}
