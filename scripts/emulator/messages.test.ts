import { emulatedApps } from './credentials.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { content, dingtalkToken, postJson, signedCall } from './testing.ts';

const { agentId, robotCode } = emulatedApps.dingtalk;
const { tenantId } = emulatedApps.zhezhengding;
const text = (words: string) => ({ msgtype: 'text', text: { content: words } });
let emulator: Emulator;
let accessToken: string;
let time: number;

beforeEach(async () => {
  time = Date.UTC(2026, 0, 2, 1);
  emulator = await startEmulator({ now: () => time });
  accessToken = await dingtalkToken(emulator);
});
afterEach(() => emulator.close());

describe('DingTalk work notifications', () => {
  const call = (name: string, params: Record<string, unknown>) =>
    postJson(emulator, `/topapi/message/corpconversation/${name}?access_token=${accessToken}`, {
      agent_id: agentId,
      ...params,
    });
  const send = (params: Record<string, unknown>) => call('asyncsend_v2', params);

  test('a work notification is sent, its progress is told, and it is recalled', async () => {
    const sent = await send({ userid_list: '270101,270104', msg: text('你好') });
    const { task_id } = sent.body;
    expect(sent.body).toMatchObject({ errcode: 0, task_id: expect.any(Number) });
    expect((await call('getsendprogress', { task_id })).body.progress).toEqual({
      progress_in_percent: 100,
      status: 2,
    });
    expect((await call('getsendresult', { task_id })).body.send_result).toMatchObject({
      invalid_user_id_list: ['270104'],
      unread_user_id_list: ['270101'],
      forbidden_list: [],
    });
    expect(emulator.control.messages()).toMatchObject([
      { platform: 'dingtalk', receivers: ['270101', '270104'], undelivered: ['270104'], recalled: false },
    ]);
    expect((await call('recall', { msg_task_id: task_id })).body.errcode).toBe(0);
    expect(emulator.control.messages()).toMatchObject([{ recalled: true }]);
  });

  test('a work notification cannot be recalled after 24 hours', async () => {
    const { task_id } = (await send({ userid_list: '270101', msg: text('a') })).body;
    time += 24 * 60 * 60_000 + 1;
    accessToken = await dingtalkToken(emulator);
    expect((await call('recall', { msg_task_id: task_id })).body.errcode).toBe(40035);
  });

  test('a work notification of the same content reaches a person once a day', async () => {
    await send({ userid_list: '270101', msg: text('a') });
    const again = await send({ userid_list: '270101,270102', msg: text('a') });
    expect(again.body.errcode).toBe(0);
    const result = await call('getsendresult', { task_id: again.body.task_id });
    expect(result.body.send_result).toMatchObject({
      forbidden_list: [{ userid: '270101', code: '143106', count: 1 }],
      unread_user_id_list: ['270102'],
    });
    time += 24 * 60 * 60_000;
    accessToken = await dingtalkToken(emulator);
    await send({ userid_list: '270101', msg: text('a') });
    expect(emulator.control.messages().at(-1)?.undelivered).toEqual([]);
  });

  test('a work notification to everybody reaches members alone', async () => {
    await send({ to_all_user: true, msg: text('a') });
    expect(emulator.control.messages()[0]?.receivers).toHaveLength(6);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ['another agent', { agent_id: '1', userid_list: '270101', msg: text('a') }, 40056],
    ['no receiver', { msg: text('a') }, 40035],
    ['101 receivers', { userid_list: '270101,'.repeat(101), msg: text('a') }, 40035],
    ['21 departments', { dept_id_list: '1,'.repeat(21), msg: text('a') }, 40035],
    ['a long message', { userid_list: '270101', msg: text('字'.repeat(700)) }, 40035],
    ['no message', { userid_list: '270101' }, 40035],
  ])('are refused with %s', async (_what, params, errcode) => {
    expect((await send(params)).body.errcode).toBe(errcode);
    expect(emulator.control.messages()).toEqual([]);
  });
});

describe('DingTalk DING', () => {
  const send = (body: Record<string, unknown>) =>
    postJson(emulator, '/v1.0/robot/ding/send', body, { 'x-acs-dingtalk-access-token': accessToken });
  const ding = { robotCode, remindType: 1, receiverUserIdList: ['270101', '1'], content: '请查收' };

  test('a DING is sent', async () => {
    const { body } = await send(ding);
    expect(body).toEqual({ openDingId: expect.any(String), failedList: { 1: '找不到该用户' } });
    expect(emulator.control.messages()).toMatchObject([{ kind: 'ding', undelivered: ['1'] }]);
  });

  test.each([{ robotCode: 'other' }, { remindType: 4 }, { receiverUserIdList: [] }, { content: '' }])(
    'is refused with %j',
    async (wrong) => {
      expect(await send({ ...ding, ...wrong })).toMatchObject({ status: 400 });
      expect(emulator.control.messages()).toEqual([]);
    },
  );
});

describe('浙政钉', () => {
  // Signatures carry a time: these use the emulator's own clock.
  const call = (path: string, params: Record<string, string>) =>
    signedCall(emulator, 'POST', path, Object.entries({ tenantId, ...params }), {
      timestamp: `${new Date(time + 8 * 60 * 60_000).toISOString().slice(0, -1)}+08:00`,
    });

  test('a work notification is sent and revoked by the app’s own id', async () => {
    const sent = await call('/message/workNotification', {
      receiverIds: '270101,270104',
      bizMsgId: 'mine-1',
      msg: JSON.stringify(text('你好')),
    });
    expect(content(sent)).toEqual({ code: '0', data: { msgId: expect.any(String) } });
    expect(emulator.control.messages()).toMatchObject([
      { platform: 'zhezhengding', receivers: ['270101', '270104'], undelivered: ['270104'] },
    ]);
    const again = await call('/message/workNotification', {
      receiverIds: '270101',
      bizMsgId: 'mine-1',
      msg: JSON.stringify(text('你好')),
    });
    expect(JSON.stringify(again.body)).toContain('重复');
    expect(emulator.control.messages()).toHaveLength(1);
    expect(content(await call('/message/revoke', { bizMsgId: 'other' })).code).toBe('-1');
    expect(content(await call('/message/revoke', { bizMsgId: 'mine-1' })).code).toBe('0');
    expect(emulator.control.messages()).toMatchObject([{ recalled: true }]);
  });

  test('a work notification without receivers or with a message that is not JSON is refused', async () => {
    const msg = JSON.stringify(text('a'));
    expect(content(await call('/message/workNotification', { msg })).code).toBe('-1');
    expect(
      content(await call('/message/workNotification', { receiverIds: '270101', msg: 'plain' })).code,
    ).toBe('-1');
    await call('/message/workNotification', { organizationCodes: 'GO_1', msg });
    expect(emulator.control.messages()).toMatchObject([{ receivers: { length: 6 } }]);
  });

  test('a DING of 浙政钉 is sent', async () => {
    const ding = {
      creator: '{"accountId":"270108"}',
      receivers: '[{"accountId":270101}]',
      body: '{"text":"请查收"}',
      bodyType: 'text',
      notifyType: 'app',
      textType: 'plaintext',
    };
    expect(content(await call('/gov/ding/isv/send.json', ding)).code).toBe('0');
    expect(emulator.control.messages()).toMatchObject([{ kind: 'ding', receivers: ['270101'] }]);
    expect(content(await call('/gov/ding/isv/send.json', { ...ding, receivers: 'x' })).code).toBe('-1');
    expect(content(await call('/gov/ding/isv/send.json', { ...ding, creator: '{}' })).code).toBe('-1');
  });

  test('an event callback is registered', async () => {
    const path = '/openplatform/message/register_event_callback';
    const eventTag = 'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE';
    const callbackUrl = 'https://app.example/events';
    expect(content(await call(path, { eventTag, callbackUrl })).code).toBe('0');
    expect(emulator.control.callbacks()).toEqual({ [eventTag]: callbackUrl });
    expect(content(await call(path, { eventTag, callbackUrl: 'nowhere' })).code).toBe('-1');
  });
});
