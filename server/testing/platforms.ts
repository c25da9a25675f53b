import {
  type Emulator,
  type EmulatorOptions,
  emulatedApps,
  startEmulator,
} from '../../scripts/emulator/index.ts';
import {
  createPlatform,
  memoryTokenStore,
  type PlatformConfig,
  type PlatformDependencies,
} from '../platform/index.ts';
import type { Platform, PlatformName } from '../platform/platform.ts';
import { type Reply, startScripted, type TestServer } from './platform-server.ts';

/** Paths, settings and a good answer of every API, for tests of both platforms. */

export const platformNames = ['dingtalk', 'zhezhengding'] as const;

export const paths = {
  dingtalk: {
    token: '/v1.0/oauth2/accessToken',
    exchange: '/topapi/v2/user/getuserinfo',
    work: '/topapi/message/corpconversation/asyncsend_v2',
    ding: '/v1.0/robot/ding/send',
  },
  zhezhengding: {
    token: '/gettoken.json',
    exchange: '/rpc/oauth2/dingtalk_app_user.json',
    work: '/message/workNotification',
    ding: '/gov/ding/isv/send.json',
  },
} as const;

/** The settings of an emulated app; with a long time-out, because the machine may be busy. */
export function settingsOf(name: PlatformName, url: string, more: object = {}): PlatformConfig {
  const app =
    name === 'dingtalk'
      ? { name, ...emulatedApps.dingtalk, apiUrl: url, oapiUrl: url, readMobile: true }
      : { name, ...emulatedApps.zhezhengding, baseUrl: url };
  return { ...app, timeoutMs: 20_000, ...more };
}

/** A success of 浙政钉 with this `data`. */
export const success = (data?: unknown) => ({
  success: true,
  content: { success: true, data, requestId: 'request1', responseMessage: 'OK', responseCode: '0' },
});

export interface Api {
  platform: PlatformName;
  api: string;
  /** A good answer. */
  good: object;
  /** A call that meets this API. */
  call: (platform: Platform) => Promise<unknown>;
}

const content = { type: 'text', text: '你好' } as const;
const receivers = ['93'];
const exchange = (platform: Platform) => platform.exchangeCode('the-code');
const getPerson = (platform: Platform) => platform.getPerson({ id: '93', employeeCode: 'GE_1' });
const notify = (platform: Platform) => platform.sendWorkNotification({ receivers, content, key: 'key-1' });
const ding = (platform: Platform) => platform.sendDing({ receivers, text: '急' });
const getResult = (platform: Platform) => platform.getMessageResult('7');
const recall = (platform: Platform) => platform.recallMessage('7');
const register = async (platform: Platform) =>
  platform.registerEventCallback?.('TAG|LEAVE', 'https://app.example.gov.cn/events');

/** Every API that the drivers call. */
export const apis: readonly Api[] = [
  ...(
    [
      ['/v1.0/oauth2/accessToken', { accessToken: 'token-1', expireIn: 7200 }, exchange],
      [
        '/topapi/v2/user/getuserinfo',
        { errcode: 0, errmsg: 'ok', result: { userid: '93', unionid: 'union', name: '张三' } },
        exchange,
      ],
      [
        '/topapi/v2/user/get',
        { errcode: 0, result: { userid: '93', name: '张三', mobile: '10000000001' } },
        getPerson,
      ],
      ['/topapi/message/corpconversation/asyncsend_v2', { errcode: 0, task_id: 7 }, notify],
      [
        '/topapi/message/corpconversation/getsendprogress',
        { errcode: 0, progress: { progress_in_percent: 100, status: 2 } },
        getResult,
      ],
      [
        '/topapi/message/corpconversation/getsendresult',
        {
          errcode: 0,
          send_result: { unread_user_id_list: ['93'], forbidden_list: [{ userid: '94', code: '143106' }] },
        },
        getResult,
      ],
      ['/topapi/message/corpconversation/recall', { errcode: 0 }, recall],
      ['/v1.0/robot/ding/send', { openDingId: 'ding-1', failedList: {} }, ding],
    ] as const
  ).map(([api, good, call]) => ({ platform: 'dingtalk' as const, api, good, call })),
  ...(
    [
      ['/gettoken.json', success({ accessToken: 'token-1', expiresIn: '7200' }), exchange],
      [
        '/rpc/oauth2/dingtalk_app_user.json',
        success({ accountId: 93, lastName: '张三', nickNameCn: '小张', employeeCode: 'GE_1', realmId: 57 }),
        exchange,
      ],
      [
        '/mozi/employee/listEmployeeAccountIds',
        success([{ accountId: 93, accountCode: 'zhangsan', employeeCode: 'GE_1' }]),
        getPerson,
      ],
      [
        '/mozi/employee/getEmployeeByCode',
        success({ employeeCode: 'GE_1', employeeName: '张三' }),
        getPerson,
      ],
      ['/message/workNotification', success({ msgId: 'm-1' }), notify],
      ['/message/revoke', success(), recall],
      ['/gov/ding/isv/send.json', success({ dingId: 'd-1' }), ding],
      ['/openplatform/message/register_event_callback', { success: true, errcode: '0' }, register],
    ] as const
  ).map(([api, good, call]) => ({ platform: 'zhezhengding' as const, api, good, call })),
];

/** The good answer of an API. */
export function goodAnswer(api: string): object {
  const known = apis.find((one) => one.api === api);
  if (known === undefined) throw new Error(`no such API: ${api}`);
  return known.good;
}

/**
 * For one test: a driver and a server that answers each API by its list of replies, or with a good answer. Both end
 * with the test. It is 2026-01-02 03:04:05.678 in China.
 */
export async function scripted(
  name: PlatformName,
  script: Record<string, readonly Reply[]> = {},
  more: object = {},
): Promise<{ platform: Platform; server: TestServer }> {
  const good = apis.filter(({ platform }) => platform === name);
  const server = await startScripted({
    ...Object.fromEntries(good.map((one): [string, Reply[]] => [one.api, [one.good]])),
    ...script,
  });
  const platform = createPlatform(settingsOf(name, server.url, more), {
    tokenStore: memoryTokenStore(),
    now: () => Date.UTC(2026, 0, 1, 19, 4, 5, 678),
  });
  onTestFinished(async () => {
    await platform.hangUp();
    await server.close();
  });
  return { platform, server };
}

/**
 * For a test file: an emulator that forgets everything before each test.
 *
 * @returns its control, and a function that makes a driver, which ends with the test.
 */
export function useEmulator(options: EmulatorOptions = {}) {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator(options);
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.control.reset());
  return {
    control: () => emulator.control,
    connect(
      name: PlatformName,
      more: object = {},
      dependencies: Partial<PlatformDependencies> = {},
    ): Platform {
      const platform = createPlatform(settingsOf(name, emulator.url, more), {
        tokenStore: memoryTokenStore(),
        ...dependencies,
      });
      onTestFinished(() => platform.close());
      return platform;
    },
  };
}
