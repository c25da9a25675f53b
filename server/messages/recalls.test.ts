import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createClaims, leaseMs } from './claims.ts';
import { createMessages } from './messages.ts';
import { progressOf } from './progress.ts';
import { wantRecall } from './recalls.ts';

const recallApi = '/topapi/message/corpconversation/recall';
const hourMs = 3_600_000;
let outbox: Outbox;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(() => outbox?.close());
beforeEach(() => outbox.reset());

const recalls = () => outbox.recalls();
const want = (rows = 1) => outbox.prisma.$transaction((tx) => wantRecall(tx, 'm', rows, outbox.now()));
const progress = (rows = 1) => progressOf(outbox.prisma, 'm', rows);
const recalled = () => outbox.emulator.control.messages().filter((message) => message.recalled);

test('a waiting message is cancelled at once and never sent; other messages stay', async () => {
  await outbox.add('m');
  await outbox.add('other', { content: { type: 'text', text: '别的' } });
  await want();
  expect(await progress()).toMatchObject({ cancelled: 1, waiting: 0, reasons: [] });
  await outbox.worker().drain();
  expect(outbox.received('请查收')).toEqual({});
  expect(outbox.received('别的')).toEqual({ [idOf('zhangsan')]: 1 });
  expect(await createMessages(outbox.prisma, outbox.connect(), outbox.now).resend((await first()).id)).toBe(
    false,
  );
});

const first = async () => outbox.prisma.outboxMessage.findUniqueOrThrow({ where: { dedupKey: 'm#1' } });

test('a sent message is recalled once, also by many processes', async () => {
  await outbox.add('m', { receivers: Array.from({ length: 250 }, (_, at) => `${at}`) });
  await outbox.worker().drain();
  await want(3);
  const looked = await Promise.all([recalls().drain(), recalls().drain(), recalls().drain()]);
  expect(looked.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(recalled()).toHaveLength(3);
  expect(await progress(3)).toMatchObject({ recalled: 250, recalling: 0, sent: 0 });
  await want(3);
  expect(await recalls().drain()).toBe(0);
});

test('a message that is being sent is recalled once it is sent', async () => {
  await outbox.add('m');
  const { id } = await outbox.row();
  const leaseUntil = new Date(outbox.now() + leaseMs);
  await outbox.prisma.outboxMessage.update({ where: { id }, data: { status: 'SENDING', leaseUntil } });
  await want();
  await recalls().drain();
  expect(await progress()).toMatchObject({ recalling: 1 });
  await outbox.prisma.outboxMessage.update({
    where: { id },
    data: { status: 'PENDING', leaseUntil: null, nextAttemptAt: new Date(outbox.now()) },
  });
  await outbox.worker().drain();
  expect(outbox.received('请查收')).toEqual({});
  outbox.advance(10_001);
  await recalls().drain();
  expect(await progress()).toMatchObject({ cancelled: 1 });
});

test('a doubtful message is not repeated, and without the platform’s id it cannot be recalled', async () => {
  await outbox.add('m');
  outbox.emulator.control.fault({
    path: '/topapi/message/corpconversation/asyncsend_v2',
    kind: 'reset',
    times: 1,
  });
  await outbox.worker().drain();
  expect((await outbox.row()).status).toBe('UNCERTAIN');
  await want();
  for (let at = 0; at < 40; at += 1) {
    await recalls().drain();
    await outbox.worker().drain();
    outbox.advance(10_001);
  }
  expect(outbox.emulator.control.messages().length).toBeLessThanOrEqual(1);
  expect(await progress()).toMatchObject({
    kept: 1,
    recalling: 0,
    reasons: [expect.stringContaining('编号')],
  });
});

test.each(['PENDING', 'UNCERTAIN'] as const)(
  'a message (%s) that a worker has claimed is not sent',
  async (status) => {
    await outbox.add('m');
    const { id } = await outbox.row();
    await outbox.prisma.outboxMessage.update({ where: { id }, data: { status, attempts: 1 } });
    const claims = createClaims(outbox.prisma, outbox.now);
    const filter = { kinds: ['WORK_NOTIFICATION' as const], limit: 5, doubtfulSince: 0, maxAttempts: 12 };
    const [claim] = await claims.claim(filter);
    if (claim === undefined) throw new Error('nothing claimed');
    await want();
    expect(await claims.begin(claim)).toBeNull();
    outbox.advance(leaseMs + 1);
    expect(await claims.claim(filter)).toEqual([]);
  },
);

test('a doubtful message that was sent after all is recalled', async () => {
  await outbox.add('m');
  outbox.emulator.control.fault({ path: '/topapi/message/corpconversation/asyncsend_v2', kind: 'reset' });
  await outbox.worker().drain();
  await want();
  // The process that counted as dead got its answer.
  const [message] = outbox.emulator.control.messages();
  await outbox.prisma.outboxMessage.updateMany({
    data: { status: 'SENT', taskId: message?.id ?? '', sentAt: new Date(outbox.now()) },
  });
  expect(await recalls().drain()).toBe(1);
  expect(recalled()).toHaveLength(1);
});

test('after a day the platform recalls nothing', async () => {
  await outbox.add('m');
  await outbox.worker().drain();
  outbox.advance(24 * hourMs);
  await want();
  await recalls().drain();
  expect(await progress()).toMatchObject({ kept: 1, reasons: ['发出已超过 24 小时，平台不再允许撤回'] });
  expect(recalled()).toHaveLength(0);
});

test('a failing platform is asked again, more and more rarely, and given up in the end', async () => {
  await outbox.add('m');
  await outbox.worker().drain();
  await want();
  outbox.emulator.control.fault({ path: recallApi, kind: 'html', times: null });
  let looks = 0;
  for (let minutes = 0; minutes < 120; minutes += 1) {
    looks += await recalls().drain();
    outbox.advance(60_000);
  }
  expect(looks).toBe(12);
  const kept = await progress();
  expect(kept).toMatchObject({ kept: 1, recalling: 0 });
  expect(kept.reasons).toHaveLength(1);
});

test('a process that dies delays a recall by its lease at most', async () => {
  await outbox.add('m');
  await outbox.worker().drain();
  await want();
  // The state after a process was killed with a claim.
  const { id } = await outbox.row();
  await outbox.prisma.outboxMessage.update({
    where: { id },
    data: { recallNextAt: new Date(outbox.now() + leaseMs), recallAttempts: 1 },
  });
  expect(await recalls().drain()).toBe(0);
  outbox.advance(leaseMs);
  expect(await recalls().drain()).toBe(1);
  expect(recalled()).toHaveLength(1);
});

test('a DING that has rung is not recalled, and the page says why', async () => {
  await outbox.add('m', { kind: 'DING' });
  const { id } = await outbox.row();
  await outbox.prisma.outboxMessage.update({
    where: { id },
    data: { status: 'SENT', sentAt: new Date(outbox.now()), taskId: 'x' },
  });
  await want();
  await recalls().drain();
  expect(await progress()).toMatchObject({ kept: 1, reasons: ['平台没有给这条消息编号，无法撤回'] });
});
