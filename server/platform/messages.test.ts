import { rejection } from '../testing/platform-server.ts';
import { paths, platformNames, useEmulator } from '../testing/platforms.ts';
import { InvalidMessageError, type Platform } from './platform.ts';

/** Messages of both drivers, against the emulator. */

let time = Date.UTC(2026, 0, 2, 1);
const now = () => time;
const { control, connect: connectTo } = useEmulator({ now });
const connect: typeof connectTo = (name, more) => connectTo(name, more, { now });

const member = '270101';
const other = '270102';
const gone = '270104';
const text = (words = '你好') => ({ type: 'text' as const, text: words });
const sent = () => control().messages();
const notify = (platform: Platform, receivers: string[] = [member], key = 'notice-1') =>
  platform.sendWorkNotification({ receivers, content: text(), key });
const ding = (platform: Platform, more: object = {}) =>
  platform.sendDing({ receivers: [member], text: '请查收', ...more });

describe.each(platformNames)('%s', (name) => {
  const path = paths[name];
  const byBoth = [
    [path.work, notify],
    [path.ding, ding],
  ] as const;

  test('a work notification is sent to each receiver, and recalled', async () => {
    const platform = connect(name);
    const { taskId } = await notify(platform, [member, other]);
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
    await platform.recallMessage(taskId);
    expect(sent()).toMatchObject([{ recalled: true }]);
  });

  test('a markdown notification has a title', async () => {
    const content = { type: 'markdown' as const, title: '标题', text: '**重要**' };
    await connect(name).sendWorkNotification({ receivers: [member], content, key: 'k' });
    const markdown = { title: '标题', text: '**重要**' };
    expect(sent()[0]?.content).toEqual({ msgtype: 'markdown', markdown });
  });

  test('a DING is sent by the platform’s own API and rings in the app', async () => {
    const platform = connect(name);
    expect(await ding(platform)).toEqual({ dingId: expect.stringMatching(/./), rejected: [] });
    expect(control().calls()[path.ding]).toBe(1);
    expect(sent()).toMatchObject([
      {
        kind: 'ding',
        platform: name,
        receivers: [member],
        content: name === 'dingtalk' ? { remindType: 1 } : { notifyType: 'app' },
      },
    ]);
    expect(JSON.stringify(sent()[0]?.content)).toContain('请查收');
  });

  test.each([
    ['no receivers', [], text(), 'k', '接收人'],
    ['a receiver with a comma', ['1,2'], text(), 'k', '逗号'],
    ['an empty receiver', [''], text(), 'k', '接收人'],
    ['a receiver too many', Array.from({ length: 101 }, (_, at) => `${at}`), text(), 'k', '100 位'],
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
    const asDing = { receivers, text: content.text };
    if (!['标题', '2048 字节', 'key'].includes(words)) {
      expect(await rejection(platform.sendDing(asDing))).toBeInstanceOf(InvalidMessageError);
    }
    expect(control().calls()).toEqual({});
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

  test('after a refused app token a message is sent once', async () => {
    const platform = connect(name);
    await notify(platform, [member], 'warm-up');
    control().expireTokens();
    await notify(platform, [other], 'second');
    control().expireTokens();
    await ding(platform);
    expect(sent()).toHaveLength(3);
  });

  test('a notification that the caller repeats after a lost answer reaches each receiver once', async () => {
    const platform = connect(name);
    control().fault({ path: path.work, kind: 'reset' });
    await rejection(notify(platform));
    await notify(platform);
    expect(sent().filter((message) => !message.undelivered.includes(member))).toHaveLength(1);
  });

  test.each([
    ['no-permission', 'misconfigured'],
    ['ip-not-whitelisted', 'misconfigured'],
    ['errcode', 'busy'],
    ['punish', 'busy'],
    ['html', 'fault'],
  ] as const)('%s is %s, and nothing is sent', async (kind, expected) => {
    const platform = connect(name);
    for (const [api, send] of byBoth) {
      control().fault({ path: api, kind });
      expect(await rejection(send(platform))).toMatchObject({ kind: expected, api });
    }
    expect(sent()).toEqual([]);
  });
});

test('DingTalk’s result names the receivers, the unknown people, and those skipped by a limit', async () => {
  const platform = connect('dingtalk');
  await notify(platform, [member], 'a');
  const { taskId } = await notify(platform, [member, other, gone], 'b');
  expect(await platform.getMessageResult(taskId)).toEqual({
    done: true,
    read: [],
    unread: [other],
    invalid: [gone],
    forbidden: [{ id: member, code: '143106' }],
    failed: [],
  });
  expect(await connect('zhezhengding').getMessageResult('notice-1')).toBeNull();
});

test('the answer to a DING on DingTalk names the receivers whom it did not reach', async () => {
  expect(await ding(connect('dingtalk'), { receivers: [member, gone] })).toMatchObject({ rejected: [gone] });
});

test('too many calls of DingTalk’s new APIs are busy', async () => {
  control().fault({ path: paths.dingtalk.ding, kind: 'qps' });
  const error = await rejection(ding(connect('dingtalk')));
  expect(error).toMatchObject({ kind: 'busy', retryAfterSeconds: 5 });
});

test('DingTalk recalls no message after 24 hours, nor one that was never sent', async () => {
  const platform = connect('dingtalk');
  const { taskId } = await notify(platform);
  time += 24 * 3_600_000 + 1;
  const recall = platform.recallMessage(taskId);
  expect(await rejection(recall)).toMatchObject({ kind: 'fault', upstreamCode: '40035' });
  for (const call of [platform.recallMessage('notice-1'), platform.getMessageResult('')]) {
    expect(await rejection(call)).toBeInstanceOf(InvalidMessageError);
  }
  const unknown = await rejection(connect('zhezhengding').recallMessage('never-sent'));
  expect(unknown).toMatchObject({ name: 'PlatformError' });
});

test.each([null, undefined, ''])(
  'without its setting (%j) a message fails and names the variable',
  async (none) => {
    const dingTalk = connect('dingtalk', { agentId: none, robotCode: none });
    const zhezhengding = connect('zhezhengding', { dingCreator: none });
    const calls: [Promise<unknown>, string][] = [
      [notify(dingTalk), 'DINGTALK_AGENT_ID'],
      [dingTalk.getMessageResult('1'), 'DINGTALK_AGENT_ID'],
      [dingTalk.recallMessage('1'), 'DINGTALK_AGENT_ID'],
      [ding(dingTalk), 'DINGTALK_ROBOT_CODE'],
      [ding(zhezhengding), 'ZHEZHENGDING_DING_CREATOR'],
    ];
    for (const [call, variable] of calls) {
      const remedy = expect.stringContaining(variable);
      expect(await rejection(call)).toMatchObject({ kind: 'misconfigured', remedy });
    }
    expect(control().calls()).toEqual({});
  },
);

test('a wrong agentId is an administrator’s task', async () => {
  const error = await rejection(notify(connect('dingtalk', { agentId: '1' })));
  expect(error).toMatchObject({ kind: 'misconfigured', upstreamCode: '40056' });
});
