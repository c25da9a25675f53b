import type { FaultOptions } from '../../scripts/emulator/index.ts';
import { maxAttempts } from '../jobs/queue.ts';
import type { Platform, PlatformName } from '../platform/platform.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createClaims, leaseMs } from './claims.ts';

const minute = 60_000;
const paths = {
  dingtalk: {
    WORK_NOTIFICATION: '/topapi/message/corpconversation/asyncsend_v2',
    DING: '/v1.0/robot/ding/send',
    token: '/v1.0/oauth2/accessToken',
  },
  zhezhengding: {
    WORK_NOTIFICATION: '/message/workNotification',
    DING: '/gov/ding/isv/send.json',
    token: '/gettoken.json',
  },
} as const;
const zhangsan = idOf('zhangsan');

describe.each<PlatformName>(['dingtalk', 'zhezhengding'])('%s', (name) => {
  let outbox: Outbox;

  beforeAll(async () => {
    outbox = await openOutbox(name);
  });
  afterAll(() => outbox.close());
  beforeEach(() => outbox.reset());
  /** Ends the waits of processes that only looked dead. */
  const dying: (() => void)[] = [];
  afterEach(() => {
    for (const revive of dying.splice(0)) revive();
  });

  type Kind = 'WORK_NOTIFICATION' | 'DING';
  const fault = (kind: Kind | 'token', options: Omit<FaultOptions, 'path'>) =>
    outbox.emulator.control.fault({ path: paths[name][kind], ...options });
  const calls = (kind: Kind) => outbox.emulator.control.calls()[paths[name][kind]] ?? 0;
  /** For faults by time-out. */
  const hastyWorker = () => outbox.worker({ platform: outbox.connect({ timeoutMs: 1500 }) });
  const text = (words: string) => ({ content: { type: 'text' as const, text: words } });
  /** A driver of a process that dies, once the platform has taken the message: `revive` lets its answer through. */
  function dyingPlatform(): { platform: Platform; taken: Promise<void>; revive: () => void } {
    const real = outbox.connect();
    let revive = () => {};
    let took = () => {};
    const revived = new Promise<void>((resolve) => {
      revive = resolve;
      dying.push(resolve);
    });
    const taken = new Promise<void>((resolve) => {
      took = resolve;
    });
    const thenDie = async <T>(answer: Promise<T>): Promise<T> => {
      const value = await answer;
      took();
      await revived;
      return value;
    };
    const platform: Platform = {
      ...real,
      sendWorkNotification: (request) => thenDie(real.sendWorkNotification(request)),
      sendDing: (request) => thenDie(real.sendDing(request)),
    };
    return { platform, taken, revive: () => revive() };
  }

  test.each<Kind>(['WORK_NOTIFICATION', 'DING'])(
    'a message of kind %s is sent, and its row has the platform’s id',
    async (kind) => {
      await outbox.add('news', { kind, ...text('请查收文件') });
      expect(await outbox.worker().drain()).toBe(1);
      expect(await outbox.row()).toMatchObject({
        status: 'SENT',
        attempts: 1,
        taskId: expect.stringMatching(/./),
        sentAt: new Date(outbox.now()),
        leaseUntil: null,
        lastError: null,
      });
      expect(outbox.received('请查收文件')).toEqual({ [zhangsan]: 1 });
      const [message] = outbox.emulator.control.messages();
      expect(message).toMatchObject({
        platform: name,
        kind: kind === 'DING' ? 'ding' : 'work-notification',
        receivers: [zhangsan],
      });
      const log = JSON.stringify(outbox.logs());
      expect(log).toContain('message sent');
      expect(log).not.toMatch(/请查收|270101/);
    },
  );

  test('each of 250 receivers gets the message once', async () => {
    const receivers = Array.from({ length: 250 }, (_, at) => String(300_000 + at));
    await outbox.add('news', { receivers });
    expect(await outbox.worker().drain()).toBe(3);
    const sent = outbox.emulator.control.messages().flatMap((message) => message.receivers);
    expect(sent.sort()).toEqual(receivers);
    expect(calls('WORK_NOTIFICATION')).toBe(3);
  });

  test('four workers send each of 200 messages once', async () => {
    for (let at = 0; at < 200; at += 1) await outbox.add(`news-${at}`, text(`第 ${at} 条。`));
    const drained = await Promise.all(Array.from({ length: 4 }, () => outbox.worker().drain()));
    expect(drained.reduce((sum, count) => sum + count)).toBe(200);
    const texts = outbox.emulator.control.messages().map(({ content }) => JSON.stringify(content));
    expect(texts).toHaveLength(200);
    expect(new Set(texts).size).toBe(200);
    expect(calls('WORK_NOTIFICATION')).toBe(200);
    const wrong = (await outbox.rows()).filter((row) => row.status !== 'SENT' || row.attempts !== 1);
    expect(wrong).toEqual([]);
  });

  test('a message whose process dies before the call is sent after the lease', async () => {
    await outbox.add('news');
    const dead = createClaims(outbox.prisma, outbox.now);
    const all = { kinds: ['WORK_NOTIFICATION'] as const, limit: 9, doubtfulSince: 0, maxAttempts };
    expect(await dead.claim(all)).toHaveLength(1);
    const worker = outbox.worker();
    outbox.advance(leaseMs);
    expect(await worker.drain()).toBe(0);
    outbox.advance(1);
    expect(await worker.drain()).toBe(1);
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 1 });
    expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
  });

  test('a process with an expired claim does not send the message', async () => {
    await outbox.add('news');
    const claims = createClaims(outbox.prisma, outbox.now);
    const all = { kinds: ['WORK_NOTIFICATION'] as const, limit: 9, doubtfulSince: 0, maxAttempts };
    const [first] = await claims.claim(all);
    outbox.advance(leaseMs + 1);
    const [second] = await claims.claim(all);
    if (first === undefined || second === undefined) throw new Error('not claimed');
    expect(await claims.begin(first)).toBeNull();
    expect(await claims.begin(second)).toMatchObject({ attempts: 1 });
    expect(await claims.begin(second)).toBeNull();
  });

  test('a DING whose process dies after the call is uncertain, and never sent again', async () => {
    const { platform, taken, revive } = dyingPlatform();
    await outbox.add('alarm', { kind: 'DING', ...text('紧急') });
    const dying = outbox.worker({ platform }).drain();
    await taken;
    expect(await outbox.row()).toMatchObject({ status: 'SENDING', attempts: 1 });
    const other = outbox.worker();
    expect(await other.drain()).toBe(0);
    // A call that may still end is not touched.
    expect(await outbox.row()).toMatchObject({ status: 'SENDING', attempts: 1 });
    outbox.advance(leaseMs + 1);
    expect(await other.drain()).toBe(0);
    expect(await outbox.row()).toMatchObject({
      status: 'UNCERTAIN',
      lastError: expect.stringContaining('退出'),
    });
    for (let hour = 0; hour < 30; hour += 1) {
      outbox.advance(60 * minute);
      expect(await other.drain()).toBe(0);
    }
    expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
    // The process was alive, and knows that the message was sent.
    revive();
    await dying;
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 1, taskId: expect.any(String) });
  });

  test('a work notification whose process dies after the call reaches every receiver once', async () => {
    const { platform, taken, revive } = dyingPlatform();
    await outbox.add('news');
    const dying = outbox.worker({ platform }).drain();
    await taken;
    const other = outbox.worker();
    outbox.advance(leaseMs + 1);
    // The platform drops a repeated message, so a repetition is safe.
    expect(await other.drain()).toBe(1);
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
    expect(calls('WORK_NOTIFICATION')).toBe(2);
    expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
    revive();
    await dying;
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
  });

  describe.each(['timeout', 'reset'] as const)('an answer lost by %s', (kind) => {
    test('leaves a DING uncertain', async () => {
      fault('DING', { kind, consume: true });
      await outbox.add('alarm', { kind: 'DING', ...text('紧急') });
      const worker = hastyWorker();
      await worker.drain();
      expect(await outbox.row()).toMatchObject({ status: 'UNCERTAIN', attempts: 1 });
      outbox.advance(26 * 60 * minute);
      expect(await worker.drain()).toBe(0);
      expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
      expect(outbox.logs()).toContainEqual(
        expect.objectContaining({ level: 40, msg: 'message may have been sent', kind: 'DING' }),
      );
    });

    test.each([true, false])('repeats a work notification (first one taken: %p)', async (consume) => {
      fault('WORK_NOTIFICATION', { kind, consume });
      await outbox.add('news');
      const worker = hastyWorker();
      await worker.drain();
      expect(await outbox.row()).toMatchObject({ status: 'UNCERTAIN', attempts: 1 });
      outbox.advance(minute - 1);
      expect(await worker.drain()).toBe(0);
      outbox.advance(2);
      expect(await worker.drain()).toBe(1);
      expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
      expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
    });
  });

  test('a message whose repetition is refused stays uncertain: the first attempt may have arrived', async () => {
    fault('WORK_NOTIFICATION', { kind: 'timeout' });
    fault('WORK_NOTIFICATION', { kind: 'no-permission' });
    await outbox.add('news');
    const worker = hastyWorker();
    await worker.drain();
    outbox.advance(minute + 1);
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'UNCERTAIN', attempts: 2 });
    outbox.advance(minute + 1);
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 3 });
    expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
  });

  test('a message that got no app token was not sent, and is tried again', async () => {
    fault('token', { kind: 'timeout' });
    await outbox.add('alarm', { kind: 'DING', ...text('紧急') });
    const worker = hastyWorker();
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'PENDING', attempts: 1 });
    outbox.advance(10_000);
    await worker.drain();
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
    expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
  });

  test('a busy platform is tried again, with growing waits', async () => {
    fault('DING', { kind: 'errcode', times: 6 });
    await outbox.add('alarm', { kind: 'DING' });
    const worker = outbox.worker();
    const waits: number[] = [];
    for (;;) {
      await worker.drain();
      const row = await outbox.row();
      if (row.status !== 'PENDING') break;
      const wait = row.nextAttemptAt.getTime() - outbox.now();
      waits.push(wait / 1000);
      outbox.advance(wait - 1);
      expect(await worker.drain()).toBe(0);
      outbox.advance(1);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320]);
    expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 7, lastError: null });
    expect(calls('DING')).toBe(7);
  });

  test('while the platform is busy, other messages of that kind wait', async () => {
    for (let at = 0; at < 30; at += 1) await outbox.add(`news-${at}`, text(`第 ${at} 条。`));
    await outbox.add('alarm', { kind: 'DING' });
    fault('WORK_NOTIFICATION', { kind: 'errcode', times: null });
    const worker = outbox.worker();
    await worker.drain();
    expect(calls('WORK_NOTIFICATION')).toBeLessThanOrEqual(4);
    expect(calls('DING')).toBe(1);
    outbox.emulator.control.clearFaults();
    // Released messages do not wait for a lease.
    outbox.advance(10_000);
    await worker.drain();
    expect((await outbox.rows()).map((row) => row.status)).toEqual(Array(31).fill('SENT'));
  });

  test('a message is given up after twelve attempts', async () => {
    fault('WORK_NOTIFICATION', { kind: 'errcode', times: null });
    await outbox.add('news');
    const worker = outbox.worker();
    for (let hour = 0; hour < 20; hour += 1) {
      await worker.drain();
      outbox.advance(60 * minute);
    }
    expect(await outbox.row()).toMatchObject({ status: 'FAILED', attempts: maxAttempts });
    expect(calls('WORK_NOTIFICATION')).toBe(maxAttempts);
    expect(outbox.logs()).toContainEqual(expect.objectContaining({ level: 50, msg: 'message not sent' }));
  });

  test('without the platform’s settings a message fails at once, with the remedy in the log', async () => {
    await outbox.add('alarm', { kind: 'DING' });
    const platform = outbox.connect(name === 'dingtalk' ? { robotCode: '' } : { dingCreator: '' });
    await outbox.worker({ platform }).drain();
    const variable = name === 'dingtalk' ? 'DINGTALK_ROBOT_CODE' : 'ZHEZHENGDING_DING_CREATOR';
    expect(await outbox.row()).toMatchObject({
      status: 'FAILED',
      lastError: expect.stringContaining(variable),
    });
    expect(outbox.logs()).toContainEqual(
      expect.objectContaining({ msg: 'message not sent', remedy: expect.stringContaining(variable) }),
    );
  });

  test('a stop waits for the call under way and gives the rest back', async () => {
    fault('WORK_NOTIFICATION', { kind: 'slow', delayMs: 250, times: null });
    for (let at = 0; at < 12; at += 1) await outbox.add(`news-${at}`, text(`第 ${at} 条。`));
    const worker = outbox.worker();
    worker.start();
    while (calls('WORK_NOTIFICATION') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.stop();
    const rows = await outbox.rows();
    const sent = rows.filter((row) => row.status === 'SENT');
    expect(sent.length).toBe(calls('WORK_NOTIFICATION'));
    expect(sent.length).toBeLessThan(12);
    const rest = rows.filter((row) => row.status !== 'SENT');
    expect(
      rest.every((row) => row.status === 'PENDING' && row.leaseUntil === null && row.attempts === 0),
    ).toBe(true);
    outbox.emulator.control.clearFaults();
    await outbox.worker().drain();
    expect(calls('WORK_NOTIFICATION')).toBe(12);
  });
});
