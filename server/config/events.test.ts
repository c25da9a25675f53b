import { callbackAesKey } from '../testing/event-callback.ts';
import { loadConfig } from './config.ts';
import { ConfigError, type Environment } from './environment.ts';

const dingtalk = {
  DINGTALK_APP_KEY: 'dingabcdef',
  DINGTALK_APP_SECRET: 'a-secret-of-the-real-app',
  DINGTALK_CORP_ID: 'ding0123456789',
};
const zhezhengding = {
  PLATFORM: 'zhezhengding',
  ZHEZHENGDING_APP_KEY: 'myapp-9Xk2',
  ZHEZHENGDING_APP_SECRET: 'a-secret-of-the-real-app',
  ZHEZHENGDING_TENANT_ID: '196729',
  ZHEZHENGDING_BASE_URL: 'https://openplatform.dg-work.cn',
};
const callbackOn = { DINGTALK_EVENT_TOKEN: 'a-token', DINGTALK_EVENT_AES_KEY: callbackAesKey };

function problemsOf(env: Environment): string[] {
  try {
    loadConfig({ ...dingtalk, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
}

test('without settings no platform may send events, and everybody is re-checked once a day', () => {
  const reconcile = { everyMs: 24 * 3_600_000, perSecond: 10 };
  expect(loadConfig(dingtalk).events).toEqual({ dingtalk: null, zhezhengding: false, reconcile });
  expect(loadConfig(zhezhengding).events).toEqual({ dingtalk: null, zhezhengding: false, reconcile });
});

test('each platform may send events if its settings allow it', () => {
  expect(loadConfig({ ...dingtalk, ...callbackOn, RECONCILE_HOURS: '0' }).events).toEqual({
    dingtalk: {
      token: 'a-token',
      aesKey: callbackAesKey,
      owners: ['dingabcdef', 'ding0123456789'],
      corpId: 'ding0123456789',
    },
    zhezhengding: false,
    reconcile: { everyMs: 0, perSecond: 10 },
  });
  expect(loadConfig({ ...zhezhengding, ...callbackOn, ZHEZHENGDING_EVENTS: 'on' }).events).toMatchObject({
    dingtalk: null,
    zhezhengding: true,
  });
});

const wrong: [Environment, string[]][] = [
  [{ DINGTALK_EVENT_TOKEN: 'a-token' }, ['DINGTALK_EVENT_AES_KEY']],
  [{ DINGTALK_EVENT_AES_KEY: callbackAesKey }, ['DINGTALK_EVENT_TOKEN']],
  [{ ...callbackOn, DINGTALK_EVENT_AES_KEY: `${callbackAesKey}=` }, ['DINGTALK_EVENT_AES_KEY']],
  [{ ...callbackOn, DINGTALK_EVENT_AES_KEY: callbackAesKey.slice(1) }, ['DINGTALK_EVENT_AES_KEY']],
  [{ ...callbackOn, DINGTALK_EVENT_AES_KEY: `-${callbackAesKey.slice(1)}` }, ['DINGTALK_EVENT_AES_KEY']],
  [{ ...zhezhengding, ZHEZHENGDING_EVENTS: 'true' }, ['ZHEZHENGDING_EVENTS']],
  [{ RECONCILE_HOURS: '-1' }, ['RECONCILE_HOURS']],
  [{ RECONCILE_PER_SECOND: '0' }, ['RECONCILE_PER_SECOND']],
];
test.each(wrong)('%j is refused by name', (env, variables) => {
  expect(problemsOf(env)).toEqual(variables);
});
