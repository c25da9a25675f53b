import { emulatedApps } from '../../scripts/emulator/credentials.ts';
import { type Emulator, type FaultKind, startEmulator } from '../../scripts/emulator/emulator.ts';
import { rejection } from '../testing/platform-server.ts';
import { createPlatform, memoryTokenStore } from './index.ts';
import { InvalidMessageError, PartlySentError, type Platform, type PlatformName } from './platform.ts';

/** Messages of both drivers against the emulator. */

let emulator: Emulator;
let time: number;
const open: Platform[] = [];

const member = '270101';
const other = '270102';
const gone = '270104';

beforeAll(async () => {
  emulator = await startEmulator({ now: () => time });
});
afterAll(() => emulator.close());
beforeEach(() => {
  time = Date.UTC(2026, 0, 2, 1);
  emulator.control.reset();
});
afterEach(() => Promise.all(open.splice(0).map((platform) => platform.close())));

function connect(name: PlatformName, more: object = {}, timeoutMs = 10_000): Platform {
  const { url } = emulator;
  const config =
    name === 'dingtalk'
      ? { name, ...emulatedApps.dingtalk, apiUrl: url, oapiUrl: url, readMobile: false }
      : { name, ...emulatedApps.zhezhengding, baseUrl: url, dingCreator: '270108' };
  const platform = createPlatform(
    { ...config, timeoutMs, ...more },
    { tokenStore: memoryTokenStore(), now: () => time },
  );
  open.push(platform);
  return platform;
}

const text = (words = '你好') => ({ type: 'text' as const, text: words });
const paths = {
  dingtalk: { work: '/topapi/message/corpconversation/asyncsend_v2', ding: '/v1.0/robot/ding/send' },
  zhezhengding: { work: '/message/workNotification', ding: '/gov/ding/isv/send.json' },
} as const;
const sent = () => emulator.control.messages();

describe.each(['dingtalk', 'zhezhengding'] as const)('%s', (name) => {
  const path = paths[name];
  const notify = (platform: Platform, receivers: string[], key = 'notice-1') =>
    platform.sendWorkNotification({ receivers, content: text(), key });
  const ding = (platform: Platform, receivers: string[]) =>
    platform.sendDing({ receivers, text: '请查收', key: 'ding-1' });

  test('a work notification is sent, once to everybody, and taken back', async () => {
    const platform = connect(name);
    const { batches } = await notify(platform, [member, other, member]);
    expect(batches).toEqual([{ taskId: expect.stringMatching(/./), receivers: [member, other] }]);
    expect(sent()).toMatchObject([
      {
        kind: 'work-notification',
        platform: name,
        receivers: [member, other],
        undelivered: [],
        content: { msgtype: 'text', text: { content: '你好' } },
        recalled: false,
      },
    ]);
    await platform.recallMessage(batches[0]?.taskId ?? '');
    expect(sent()).toMatchObject([{ recalled: true }]);
  });

  test('markdown has a title', async () => {
    const content = { type: 'markdown' as const, title: '标题', text: '**重要**' };
    await connect(name).sendWorkNotification({ receivers: [member], content, key: 'k' });
    expect(sent()[0]?.content).toEqual({
      msgtype: 'markdown',
      markdown: { title: '标题', text: '**重要**' },
    });
  });

  test('250 receivers are three calls, each with its task', async () => {
    const receivers = Array.from({ length: 250 }, (_, index) => String(300_000 + index));
    const { batches } = await notify(connect(name), receivers);
    expect(batches.map((batch) => batch.receivers.length)).toEqual([100, 100, 50]);
    expect(new Set(batches.map(({ taskId }) => taskId)).size).toBe(3);
    expect(sent().flatMap((message) => message.receivers)).toEqual(receivers);
  });

  test('when a later batch fails, what was sent is told', async () => {
    const receivers = Array.from({ length: 150 }, (_, index) => String(300_000 + index));
    const platform = connect(name, {}, 1000);
    await notify(platform, [member], 'warm-up');
    const sending = notify(platform, receivers);
    emulator.control.fault({ path: path.work, kind: 'slow', delayMs: 50 });
    emulator.control.fault({ path: path.work, kind: 'timeout' });
    const error = await rejection(sending);
    expect(error).toBeInstanceOf(PartlySentError);
    expect(error).toMatchObject({
      kind: 'timeout',
      api: path.work,
      sent: [{ taskId: expect.any(String), receivers: receivers.slice(0, 100) }],
    });
  });

  test('a DING goes by the platform’s own API', async () => {
    const { batches } = await ding(connect(name), [member]);
    expect(batches).toEqual([{ dingId: expect.stringMatching(/./), receivers: [member], rejected: [] }]);
    expect(emulator.control.calls()[path.ding]).toBe(1);
    expect(sent()).toMatchObject([{ kind: 'ding', platform: name, receivers: [member] }]);
    expect(JSON.stringify(sent()[0]?.content)).toContain('请查收');
  });

  test('a DING by text message', async () => {
    await connect(name).sendDing({ receivers: [member], text: '急', key: 'k', remindType: 'sms' });
    expect(sent()[0]?.content).toMatchObject(
      name === 'dingtalk'
        ? { remindType: 2 }
        : { notifyType: 'sms', bodyType: 'text', textType: 'plaintext' },
    );
  });

  test.each([
    ['no receivers', [], text(), 'k', '接收人'],
    ['a receiver with a comma', ['1,2'], text(), 'k', '逗号'],
    ['an empty receiver', [''], text(), 'k', '接收人'],
    ['an empty text', [member], text(' \n'), 'k', '没有内容'],
    [
      'a markdown without a title',
      [member],
      { type: 'markdown' as const, title: ' ', text: 'x' },
      'k',
      '标题',
    ],
    ['a long text', [member], text('字'.repeat(680)), 'k', '2048 字节'],
    ['an empty key', [member], text(), '', 'key'],
  ])('%s is refused before anything is sent', async (_what, receivers, content, key, words) => {
    const platform = connect(name);
    const error = await rejection(platform.sendWorkNotification({ receivers, content, key }));
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(String(error)).toContain(words);
    const asDing = { receivers, text: content.text, key };
    if (!['标题', '2048 字节'].includes(words)) {
      expect(await rejection(platform.sendDing(asDing))).toBeInstanceOf(InvalidMessageError);
    }
    expect(emulator.control.calls()).toEqual({});
  });

  test('the longest text that the platform takes is 2048 bytes of JSON', async () => {
    const room = 2048 - Buffer.byteLength('{"msgtype":"text","text":{"content":""}}');
    const send = (length: number) =>
      connect(name).sendWorkNotification({
        receivers: [member],
        content: text('x'.repeat(length)),
        key: 'k',
      });
    await send(room);
    expect(await rejection(send(room + 1))).toBeInstanceOf(InvalidMessageError);
    expect(sent()).toHaveLength(1);
  });

  test('a refused token is fetched anew, and the message sent once', async () => {
    const platform = connect(name);
    await notify(platform, [member], 'warm-up');
    emulator.control.expireTokens();
    await notify(platform, [other], 'second');
    emulator.control.expireTokens();
    await ding(platform, [member]);
    expect(sent()).toHaveLength(3);
  });

  const faults: [FaultKind, string][] = [
    ['timeout', 'timeout'],
    ['reset', 'fault'],
    ['truncated', 'fault'],
    ['huge', 'fault'],
  ];
  test.each(faults)(
    'an answer lost by %s is a %s, and the driver sends nothing again',
    async (kind, expected) => {
      const platform = connect(name, {}, 1000);
      for (const api of [path.work, path.ding]) {
        const before = sent().length;
        emulator.control.fault({ path: api, kind });
        const call = api === path.work ? notify(platform, [member]) : ding(platform, [member]);
        expect(await rejection(call)).toMatchObject({ name: 'PlatformError', kind: expected, api });
        expect(sent()).toHaveLength(before + 1);
      }
    },
  );

  test('the caller’s repetition after a lost answer reaches nobody twice', async () => {
    const platform = connect(name, {}, 1000);
    emulator.control.fault({ path: path.work, kind: 'reset' });
    await rejection(notify(platform, [member]));
    const { batches } = await notify(platform, [member]);
    expect(batches).toHaveLength(1);
    expect(sent().filter((message) => !message.undelivered.includes(member))).toHaveLength(1);
  });

  test.each([
    ['no-permission', 'misconfigured'],
    ['ip-not-whitelisted', 'misconfigured'],
    ['errcode', 'busy'],
    ['punish', 'busy'],
    ['html', 'fault'],
  ] as const)('%s is %s', async (kind, expected) => {
    const platform = connect(name);
    for (const api of [path.work, path.ding]) {
      emulator.control.fault({ path: api, kind });
      const call = api === path.work ? notify(platform, [member]) : ding(platform, [member]);
      expect(await rejection(call)).toMatchObject({ kind: expected, api });
    }
    expect(sent()).toEqual([]);
  });
});

describe('DingTalk', () => {
  test('the result names who got it, who is unknown, and who was left out by a limit', async () => {
    const platform = connect('dingtalk');
    await platform.sendWorkNotification({ receivers: [member], content: text(), key: 'a' });
    const { batches } = await platform.sendWorkNotification({
      receivers: [member, other, gone],
      content: text(),
      key: 'b',
    });
    expect(await platform.getMessageResult(batches[0]?.taskId ?? '')).toEqual({
      done: true,
      read: [],
      unread: [other],
      invalid: [gone],
      forbidden: [{ id: member, code: '143106' }],
      failed: [],
    });
  });

  test('the receivers that a DING did not reach are named', async () => {
    const { batches } = await connect('dingtalk').sendDing({
      receivers: [member, gone],
      text: '急',
      key: 'k',
    });
    expect(batches).toMatchObject([{ receivers: [member, gone], rejected: [gone] }]);
  });

  test('a DING by telephone', async () => {
    const platform = connect('dingtalk');
    await platform.sendDing({ receivers: [member], text: '急', key: 'k', remindType: 'phone' });
    expect(sent()[0]?.content).toMatchObject({ remindType: 3 });
  });

  test('too many calls of the new API are busy', async () => {
    emulator.control.fault({ path: paths.dingtalk.ding, kind: 'qps' });
    const call = connect('dingtalk').sendDing({ receivers: [member], text: '急', key: 'k' });
    expect(await rejection(call)).toMatchObject({ kind: 'busy', retryAfterSeconds: 5 });
  });

  test('after 24 hours nothing is taken back, and what is no task is not asked about', async () => {
    const platform = connect('dingtalk');
    const { batches } = await platform.sendWorkNotification({
      receivers: [member],
      content: text(),
      key: 'a',
    });
    time += 24 * 3_600_000 + 1;
    const recall = platform.recallMessage(batches[0]?.taskId ?? '');
    expect(await rejection(recall)).toMatchObject({ kind: 'fault', upstreamCode: '40035' });
    for (const call of [platform.recallMessage('notice-1'), platform.getMessageResult('')]) {
      expect(await rejection(call)).toBeInstanceOf(InvalidMessageError);
    }
  });

  test.each([null, undefined, ''])('without its configuration (%p) the variable is named', async (none) => {
    const platform = connect('dingtalk', { agentId: none, robotCode: none });
    const calls: [Promise<unknown>, string][] = [
      [
        platform.sendWorkNotification({ receivers: [member], content: text(), key: 'k' }),
        'DINGTALK_AGENT_ID',
      ],
      [platform.getMessageResult('1'), 'DINGTALK_AGENT_ID'],
      [platform.recallMessage('1'), 'DINGTALK_AGENT_ID'],
      [platform.sendDing({ receivers: [member], text: 'x', key: 'k' }), 'DINGTALK_ROBOT_CODE'],
    ];
    for (const [call, variable] of calls) {
      expect(await rejection(call)).toMatchObject({
        kind: 'misconfigured',
        remedy: expect.stringContaining(variable),
      });
    }
    expect(emulator.control.calls()).toEqual({});
  });

  test('a wrong agentId is an administrator’s move', async () => {
    const platform = connect('dingtalk', { agentId: '1' });
    const call = platform.sendWorkNotification({ receivers: [member], content: text(), key: 'k' });
    expect(await rejection(call)).toMatchObject({ kind: 'misconfigured', upstreamCode: '40056' });
  });
});

describe('浙政钉', () => {
  test('has no result to tell', async () => {
    expect(await connect('zhezhengding').getMessageResult('notice-1')).toBeNull();
  });

  test('a DING names its sender, and without one the variable', async () => {
    const call = (more: object) =>
      connect('zhezhengding', more).sendDing({ receivers: [member], text: 'x', key: 'k' });
    expect(await rejection(call({ dingCreator: null }))).toMatchObject({
      kind: 'misconfigured',
      remedy: expect.stringContaining('ZHEZHENGDING_DING_CREATOR'),
    });
    expect(sent()).toEqual([]);
  });

  test('a DING by telephone is refused', async () => {
    const request = { receivers: [member], text: 'x', key: 'k', remindType: 'phone' as const };
    expect(await rejection(connect('zhezhengding').sendDing(request))).toBeInstanceOf(InvalidMessageError);
  });

  test('an unknown message is not taken back', async () => {
    expect(await rejection(connect('zhezhengding').recallMessage('never-sent'))).toMatchObject({
      name: 'PlatformError',
    });
  });
});
