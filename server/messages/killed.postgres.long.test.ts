import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Prisma } from '../database/generated/client.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { leaseMs } from './claims.ts';

/** Processes that really die, by SIGKILL, while the platform has their messages in hand. */

const kills = 4;
const perKind = 20;
const zhangsan = idOf('zhangsan');
const paths = ['/topapi/message/corpconversation/asyncsend_v2', '/v1.0/robot/ding/send'];
const children = new Set<ChildProcess>();
let outbox: Outbox;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await outbox.close();
});

/** A process that sends, by our clock. */
function start(): ChildProcess {
  const script = path.join('server', 'testing', 'outbox-process.ts');
  const { databaseUrl, emulator, now } = outbox;
  const args = ['--import', 'tsx', script, databaseUrl ?? '', emulator.url, String(now())];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  children.delete(child);
}

const count = (where: Prisma.OutboxMessageWhereInput) => outbox.prisma.outboxMessage.count({ where });
const sentSoFar = () => outbox.emulator.control.messages().length;
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('killed again and again while it sends: nothing is lost, and nothing arrives twice', async () => {
  const text = (kind: string, at: number) => ({ content: { type: 'text' as const, text: `${kind}-${at}.` } });
  for (let at = 0; at < perKind; at += 1) {
    await outbox.add(`news-${at}`, text('news', at));
    await outbox.add(`alarm-${at}`, { kind: 'DING', ...text('alarm', at) });
  }
  for (const slow of paths) {
    outbox.emulator.control.fault({ path: slow, kind: 'slow', delayMs: 150, times: null });
  }
  for (let round = 0; round < kills; round += 1) {
    const before = sentSoFar();
    const child = start();
    // The platform has taken some, and their answers are still on the way.
    await until(() => sentSoFar() >= before + 3);
    await kill(child);
    expect(await count({ status: 'SENDING' })).toBeGreaterThan(0);
    // More than it has run, so that its leases are over.
    outbox.advance(leaseMs + 120_000);
  }
  outbox.emulator.control.clearFaults();
  const last = start();
  await until(async () => (await count({ status: { in: ['PENDING', 'SENDING'] } })) === 0);
  await until(async () => (await count({ status: 'SENT', kind: 'WORK_NOTIFICATION' })) === perKind);
  await kill(last);

  const outcomes = (await outbox.rows()).map(({ kind, status, content }) => ({
    kind,
    status,
    arrived: outbox.received((content as { text: string }).text)[zhangsan] ?? 0,
  }));
  expect(outcomes).toHaveLength(2 * perKind);
  for (const { kind, status, arrived } of outcomes) {
    if (status === 'SENT') expect(arrived).toBe(1);
    else {
      // Unknown results must not ring again.
      expect({ kind, status }).toEqual({ kind: 'DING', status: 'UNCERTAIN' });
      expect(arrived).toBeLessThanOrEqual(1);
    }
  }
  expect(outcomes.some(({ status }) => status === 'UNCERTAIN')).toBe(true);
  const repeated = await count({ kind: 'WORK_NOTIFICATION', attempts: { gt: 1 } });
  expect(repeated).toBeGreaterThan(0);
}, 120_000);
