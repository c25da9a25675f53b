import { emulatedApps } from '../../scripts/emulator/index.ts';
import type { Prisma } from '../database/generated/client.ts';
import { memoryTokenStore } from '../platform/index.ts';
import type { PlatformName } from '../platform/platform.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { leaseMs } from './claims.ts';
import { repeatableSince, repeatableUntil } from './delivery.ts';

const minute = 60_000;
const workPath = '/topapi/message/corpconversation/asyncsend_v2';
const dingPath = '/v1.0/robot/ding/send';
const zhangsan = idOf('zhangsan');
let outbox: Outbox;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(() => outbox.close());
beforeEach(() => outbox.reset());

const text = (words: string) => ({ content: { type: 'text' as const, text: words } });
const stringContaining = (words: string) => expect.stringContaining(words);

describe('the platform’s refusals', () => {
  test('a missing permission (60011) fails the message at once, and the log names it', async () => {
    outbox.emulator.control.fault({ path: workPath, kind: 'no-permission', times: null });
    await outbox.add('news');
    await outbox.worker().drain();
    const permission = 'qyapi_message_corpconversation_asyncsend';
    expect(await outbox.row()).toMatchObject({ status: 'FAILED', lastError: stringContaining(permission) });
    expect(outbox.emulator.control.calls()[workPath]).toBe(1);
    expect(outbox.logs()).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'message not sent', remedy: stringContaining(permission) }),
    );
  });

  test('a message that no platform takes fails at once', async () => {
    await outbox.add('news');
    const content = { title: '标题', text: '字'.repeat(10_000) };
    await outbox.prisma.outboxMessage.updateMany({ data: { content } });
    await outbox.worker().drain();
    expect(await outbox.row()).toMatchObject({ status: 'FAILED', attempts: 1 });
  });

  test('after an unknown error code the message was not sent, and is tried again', async () => {
    outbox.emulator.control.fault({ path: workPath, kind: 'errcode', errcode: 55555 });
    await outbox.add('news');
    const worker = outbox.worker();
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'PENDING', lastError: stringContaining('55555') });
    outbox.advance(10_000);
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
  });

  test('the wait that a busy platform asks for is kept', async () => {
    outbox.emulator.control.fault({ path: workPath, kind: 'punish' });
    await outbox.add('news');
    const worker = outbox.worker();
    await worker.drain();
    const row = await outbox.row();
    expect(row.status).toBe('PENDING');
    expect(row.nextAttemptAt.getTime() - outbox.now()).toBe(300_000);
  });
});

describe('without a connection nothing was sent', () => {
  const dead = 'http://127.0.0.1:1';

  test('so a DING is tried again', async () => {
    // The token comes first, by the same address: it is held already.
    const store = memoryTokenStore();
    const app = `dingtalk:${emulatedApps.dingtalk.appKey}`;
    const token = { token: 'held', expiresAt: outbox.now() + 100 * minute };
    await store.write(app, token);
    await outbox.add('alarm', { kind: 'DING', ...text('紧急') });
    await outbox.worker({ platform: outbox.connect({ apiUrl: dead }, store) }).drain();
    const row = await outbox.row();
    expect(row).toMatchObject({ status: 'PENDING', attempts: 1 });
    expect(row.lastError).toMatch(/robot.ding.send.*ECONNREFUSED/);
    outbox.advance(10_000);
    await outbox.worker().drain();
    expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
  });

  test('so not every message calls an unreachable platform', async () => {
    for (let at = 0; at < 30; at += 1) await outbox.add(`news-${at}`, text(`第 ${at} 条。`));
    await outbox.worker({ platform: outbox.connect({ apiUrl: dead, oapiUrl: dead }) }).drain();
    const attempts = (await outbox.rows()).reduce((sum, row) => sum + row.attempts, 0);
    expect(attempts).toBeLessThanOrEqual(4);
  });

  test('and a DING that the open circuit stopped is tried again', async () => {
    const platform = outbox.connect({ breakerFailures: 1 });
    outbox.emulator.control.fault({ path: dingPath, kind: 'status' });
    await outbox.add('first', { kind: 'DING', ...text('一') });
    await outbox.worker({ platform }).drain();
    await outbox.add('second', { kind: 'DING', ...text('二') });
    await outbox.worker({ platform }).drain();
    expect((await outbox.rows()).map((row) => row.status)).toEqual(['UNCERTAIN', 'PENDING']);
    expect(outbox.emulator.control.calls()[dingPath]).toBe(1);
  });
});

describe('receivers who cannot be reached', () => {
  const ding = (...receivers: string[]) => outbox.add('alarm', { kind: 'DING', ...text('紧急'), receivers });

  test('if they are some receivers of a DING, it is sent and the row names them', async () => {
    await ding(zhangsan, idOf('zhaoliu'), '999');
    await outbox.worker().drain();
    expect(await outbox.row()).toMatchObject({
      status: 'SENT',
      lastError: `没有送达：${idOf('zhaoliu')}、999`,
    });
    expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
  });

  test('if they are all receivers of a DING, it fails', async () => {
    await ding(idOf('zhaoliu'), 'nobody-here');
    await outbox.worker().drain();
    expect(await outbox.row()).toMatchObject({ status: 'FAILED', lastError: stringContaining('没有送达') });
    // The log must not show the receivers.
    const log = JSON.stringify(outbox.logs());
    for (const receiver of [idOf('zhaoliu'), 'nobody-here']) expect(log).not.toContain(receiver);
  });
});

describe('DingTalk drops the same content within a day, but not on the next day', () => {
  /** Ten in the evening in China, 2 January 2026. */
  const evening = 13 * 60 * minute;

  test('so a doubtful notification is repeated before midnight', async () => {
    outbox.advance(evening);
    outbox.emulator.control.fault({ path: workPath, kind: 'reset' });
    await outbox.add('news');
    const worker = outbox.worker();
    await worker.drain();
    outbox.advance(100 * minute);
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
    expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
  });

  test.each([
    { what: 'a lost answer', afterTen: 110 * minute + 1 },
    { what: 'a lost answer in the last minute', afterTen: 119 * minute + 30_000 },
    { what: 'the ninth lost answer, with its long wait', afterTen: 109 * minute, earlier: 8 },
    { what: 'a dead process', afterTen: 114 * minute, dies: true },
    { what: 'a dead process in the last minute', afterTen: 119 * minute + 30_000, dies: true },
  ])(
    'so $what is not repeated around midnight and later',
    async ({ afterTen, earlier = 0, dies = false }) => {
      outbox.advance(evening + afterTen);
      await outbox.add('news');
      await outbox.prisma.outboxMessage.updateMany({ data: { attempts: earlier } });
      if (dies) await die();
      else outbox.emulator.control.fault({ path: workPath, kind: 'reset' });
      const worker = outbox.worker();
      await worker.drain();
      for (let passed = 0; passed < 48 * 60; passed += 20) {
        outbox.advance(20 * minute);
        await worker.drain();
      }
      expect(await outbox.row()).toMatchObject({ status: 'UNCERTAIN', attempts: earlier + 1 });
      expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
    },
  );

  /** Sends the message and leaves the row like a process that dies then. */
  async function die(): Promise<void> {
    await outbox.worker().drain();
    const data: Prisma.OutboxMessageUpdateInput = {
      status: 'SENDING',
      taskId: null,
      sentAt: null,
      leaseUntil: new Date(outbox.now() + leaseMs),
    };
    await outbox.prisma.outboxMessage.update({ where: { dedupKey: 'news#1' }, data });
  }

  test.each<[PlatformName, string, string | null, string]>([
    ['dingtalk', '2026-01-02T01:00:00.000Z', '2026-01-01T16:00:00.000Z', '2026-01-02T15:59:59.999Z'],
    ['dingtalk', '2026-01-02T15:50:00.000Z', '2026-01-01T16:00:00.000Z', '2026-01-02T15:59:59.999Z'],
    ['dingtalk', '2026-01-02T15:50:00.001Z', null, '2026-01-02T15:59:59.999Z'],
    ['dingtalk', '2026-01-02T16:00:00.000Z', '2026-01-02T16:00:00.000Z', '2026-01-03T15:59:59.999Z'],
  ])('%s at %s: attempts since %s, until %s', (platform, at, since, until) => {
    const time = Date.parse(at);
    const expected = since === null ? Number.POSITIVE_INFINITY : Date.parse(since);
    expect(repeatableSince(platform, time)).toBe(expected);
    expect(repeatableUntil(platform, time)).toBe(Date.parse(until));
  });
});

test('a sent message is marked as sent when a failed database is back', async () => {
  await outbox.add('news');
  let failures = 2;
  const prisma = outbox.prisma.$extends({
    query: {
      outboxMessage: {
        async updateMany({ args, query }) {
          if (args.data.status === 'SENT' && failures-- > 0) throw new Error('connection lost');
          return query(args);
        },
      },
    },
  });
  await outbox.worker({ prisma: prisma as unknown as typeof outbox.prisma }).drain();
  expect(failures).toBe(-1);
  expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 1 });
  expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
});
