import { randomBytes } from 'node:crypto';
import { emulatorEnvironment } from '../../scripts/emulator/index.ts';
import { loadConfig } from './config.ts';
import { development } from './constants.ts';
import { ConfigError, type Environment } from './environment.ts';

const dingtalk = {
  PLATFORM: 'dingtalk',
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
const production = {
  ...dingtalk,
  NODE_ENV: 'production',
  SECRET_KEY: 'pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
  DATABASE_URL: 'postgresql://app:database-password@127.0.0.1:5432/app',
};

function errorOf(env: Environment): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
const variables = (error: ConfigError) => error.problems.map(({ variable }) => variable);

test('development needs only the platform’s credentials', () => {
  expect(loadConfig(dingtalk)).toMatchObject({
    production: false,
    host: '127.0.0.1',
    port: 3000,
    trustProxy: false,
    platform: { apiUrl: 'https://api.dingtalk.com', readMobile: false, timeoutMs: 5000 },
    auth: { matchByMobile: false, binding: true, forbiddenPasswords: [] },
    database: { url: null, dataDir: '.data/database' },
  });
});

test.each([
  ['dingtalk', dingtalk],
  ['zhezhengding', zhezhengding],
])('production on %s', (_, platform) => {
  const config = loadConfig({ ...production, ...platform });
  expect(config).toMatchObject({
    production: true,
    host: '0.0.0.0',
    auth: { forbiddenPasswords: [development.password] },
  });
});

test('blanks around a value are removed, a blank value counts as none, and addresses lose their last slash', () => {
  const config = loadConfig({
    ...dingtalk,
    PORT: ' 8080 ',
    HOST: '   ',
    DINGTALK_API_URL: 'https://proxy.example.com/dingtalk/',
    TRUST_PROXY: 'loopback, 10.0.0.0/8,::1',
    MATCH_BY_MOBILE: 'on',
  });
  expect(config).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    trustProxy: 'loopback, 10.0.0.0/8,::1',
    platform: { apiUrl: 'https://proxy.example.com/dingtalk', readMobile: true },
    auth: { matchByMobile: true },
  });
});

const wrong: [string, string, string][] = [
  ['NODE_ENV', 'prod', 'development、test、production'],
  ['PORT', 'http', '0 到 65535 之间的整数'],
  ['PORT', '65536', '0 到 65535 之间的整数'],
  ['PORT', '-1', '0 到 65535 之间的整数'],
  ['PORT', '3000.5', '0 到 65535 之间的整数'],
  ['HOST', 'https://app.example.gov.cn', '要监听的 IP 地址'],
  ['HOST', 'app.example.gov.cn', '要监听的 IP 地址'],
  ['TRUST_PROXY', 'true', 'IP 地址或网段'],
  ['TRUST_PROXY', '10.0.0.0/33', 'IP 地址或网段'],
  ['TRUST_PROXY', '10.0.0.0/8/8', 'IP 地址或网段'],
  ['TRUST_PROXY', '127.0.0.1,', 'IP 地址或网段'],
  ['LOG_LEVEL', 'verbose', '只能是 fatal、error'],
  ['PLATFORM', 'wechat', 'dingtalk、zhezhengding'],
  ['MATCH_BY_MOBILE', 'true', 'on、off'],
  ['BINDING', 'yes', 'on、off'],
  ['SESSION_DAYS', '0', '1 到 365'],
  ['SESSION_IDLE_HOURS', '0', '1 到 8760'],
  ['DATABASE_URL', 'mysql://127.0.0.1/app', '不是 PostgreSQL 地址'],
  ['DATABASE_URL', 'postgresql://127.0.0.1:port/app', '不是 PostgreSQL 地址'],
  ['DATABASE_URL', 'postgresql://app:pass/word@127.0.0.1/app', '%23 %2F'],
  ['DATABASE_POOL', '1', '2 到 500'],
  ['DATABASE_TIMEOUT_MS', '5s', '100 到 60000'],
  ['PLATFORM_TIMEOUT_MS', '10', '100 到 60000'],
  ['DINGTALK_APP_KEY', '', '缺少钉钉应用的 Client ID'],
  ['DINGTALK_APP_SECRET', ' ', '缺少钉钉应用的 Client Secret'],
  ['DINGTALK_CORP_ID', '', '缺少组织的 corpId'],
  ['DINGTALK_API_URL', 'api.dingtalk.com', '不是有效的 http(s) 地址'],
  ['DINGTALK_API_URL', 'ftp://api.dingtalk.com', '不是有效的 http(s) 地址'],
  ['DINGTALK_OAPI_URL', 'https://user@oapi.dingtalk.com', '不是有效的 http(s) 地址'],
  ['DINGTALK_OAPI_URL', 'https://:word@oapi.dingtalk.com', '不是有效的 http(s) 地址'],
  ['DINGTALK_OAPI_URL', 'https://oapi.dingtalk.com?a=b', '不是有效的 http(s) 地址'],
];

test.each(wrong)('%s=%s is named once, with the problem and an example', (variable, value, problem) => {
  const error = errorOf({ ...dingtalk, [variable]: value });
  expect(variables(error)).toEqual([variable]);
  expect(error.problems[0]?.problem).toContain(problem);
  const example = error.problems[0]?.example ?? '';
  expect(example).not.toBe('');
  expect(error.message).toContain(`${variable}：`);
  expect(error.message).toContain(`例如：${variable}=${example}`);
});

test.each(Object.keys(zhezhengding).filter((variable) => variable !== 'PLATFORM'))(
  '浙政钉 cannot do without %s',
  (variable) => {
    expect(variables(errorOf({ ...production, ...zhezhengding, [variable]: undefined }))).toEqual([variable]);
  },
);

describe('production refuses', () => {
  const refused: [string, string, Environment][] = [
    ['no secret key', 'SECRET_KEY', { SECRET_KEY: '' }],
    ['the development secret key', 'SECRET_KEY', { SECRET_KEY: development.secretKey }],
    ['a short secret key', 'SECRET_KEY', { SECRET_KEY: production.SECRET_KEY.slice(1) }],
    ['a placeholder', 'SECRET_KEY', { SECRET_KEY: 'change-me-change-me-change-me-change-me' }],
    ['one piece over and over', 'SECRET_KEY', { SECRET_KEY: 'pQ7x0bJm2vK9sW4y'.repeat(2) }],
    ['characters in a row', 'SECRET_KEY', { SECRET_KEY: 'abcdefghijklmnop0123456789ZYXWVUTS' }],
    ['characters repeated', 'SECRET_KEY', { SECRET_KEY: 'aaaabbbbccccddddeeeeffff1111222233334444' }],
    ['a short metrics token', 'METRICS_TOKEN', { METRICS_TOKEN: 'pQ7x0bJm2vK9sW4' }],
    // part: events
    [
      'a short token of events',
      'DINGTALK_EVENT_TOKEN',
      { DINGTALK_EVENT_TOKEN: 'short', DINGTALK_EVENT_AES_KEY: 'A'.repeat(43) },
    ],
    [
      'a short secret of the account system',
      'CREDENTIALS_SECRET',
      { CREDENTIALS_URL: 'https://accounts.hangzhou-dept.cn/verify', CREDENTIALS_SECRET: 'short' },
    ],
    ['the whole internet as a proxy', 'TRUST_PROXY', { TRUST_PROXY: '10.0.0.10,0.0.0.0/0' }],
    ['the internet in two halves', 'TRUST_PROXY', { TRUST_PROXY: '0.0.0.0/1,128.0.0.0/1' }],
    ['the whole internet of IPv6', 'TRUST_PROXY', { TRUST_PROXY: '::/0' }],
    ['the whole internet written as IPv6', 'TRUST_PROXY', { TRUST_PROXY: '::ffff:0.0.0.0/96' }],
    [
      'the account of the tables’ owner',
      'MIGRATION_DATABASE_URL',
      { MIGRATION_DATABASE_URL: 'postgresql://owner:word@127.0.0.1:5432/app' },
    ],
    ['any certificate', 'NODE_TLS_REJECT_UNAUTHORIZED', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    [
      'a password that nobody filled in',
      'DATABASE_URL',
      { DATABASE_URL: 'postgresql://work_orders:密码@10.1.0.21:5432/work_orders' },
    ],
    ['an address of the documents', 'PUBLIC_ORIGIN', { PUBLIC_ORIGIN: 'https://app.example.gov.cn' }],
    ['a hint in place of a secret', 'DINGTALK_APP_SECRET', { DINGTALK_APP_SECRET: '（在详情里复制）' }],
    ['no PostgreSQL', 'DATABASE_URL', { DATABASE_URL: '' }],
    ['no corpId', 'DINGTALK_CORP_ID', { DINGTALK_CORP_ID: '' }],
    ['an http address', 'DINGTALK_API_URL', { DINGTALK_API_URL: 'http://api.dingtalk.com' }],
    ['an http address in capitals', 'DINGTALK_OAPI_URL', { DINGTALK_OAPI_URL: 'HTTP://oapi.dingtalk.com' }],
    [
      'an http address of 浙政钉',
      'ZHEZHENGDING_BASE_URL',
      { ...zhezhengding, ZHEZHENGDING_BASE_URL: 'http://openplatform.hangzhou-dept.cn' },
    ],
  ];
  test.each(refused)('%s', (_, variable, env) => {
    const error = errorOf({ ...production, ...env });
    expect(variables(error)).toEqual([variable]);
    expect(error.message).toMatch(new RegExp(`${variable}：.+\\n +例如：${variable}=.`));
  });

  test('and accepts random keys, long tokens and the networks of gateways', () => {
    const METRICS_TOKEN = 'pQ7x0bJm2vK9sW4y';
    const TRUST_PROXY = '10.0.0.0/8,fc00::/7,::ffff:10.0.0.0/104,loopback,203.0.113.9';
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const SECRET_KEY = randomBytes(32).toString(encoding);
      expect(loadConfig({ ...production, SECRET_KEY, METRICS_TOKEN, TRUST_PROXY }).secretKey).toBe(
        SECRET_KEY,
      );
    }
  });

  test.each([
    ['dingtalk', ['DINGTALK_APP_KEY', 'DINGTALK_APP_SECRET', 'DINGTALK_CORP_ID']],
    ['zhezhengding', ['ZHEZHENGDING_APP_KEY', 'ZHEZHENGDING_APP_SECRET']],
  ] as const)('the emulator’s credentials of %s', (platform, expected) => {
    const emulated = emulatorEnvironment(platform, 'https://emulator.hangzhou-dept.cn');
    expect(variables(errorOf({ ...production, ...emulated }))).toEqual(expected);
  });
});

test('all problems are reported at once', () => {
  const error = errorOf({ NODE_ENV: 'production', PORT: 'x', BINDING: 'x' });
  expect(variables(error)).toEqual([
    'BINDING',
    'DINGTALK_APP_KEY',
    'DINGTALK_APP_SECRET',
    'DINGTALK_CORP_ID',
    'PORT',
    'SECRET_KEY',
    'DATABASE_URL',
  ]);
  expect(error.message).toContain('配置有 7 处问题');
});

test('the message contains no value of a variable', () => {
  const secrets = ['my-short-secret', 'emulator-secret-value', 'database-password'];
  const error = errorOf({
    ...production,
    PORT: 'x',
    SECRET_KEY: secrets[0],
    DINGTALK_APP_SECRET: secrets[1],
    DATABASE_URL: `mysql://app:${secrets[2]}@127.0.0.1/app`,
    DINGTALK_API_URL: `https://app:${secrets[2]}@api.dingtalk.com`,
  });
  expect(error.problems).toHaveLength(5);
  for (const secret of secrets) expect(error.message).not.toContain(secret);
});

describe('development and tests do not use the production organisation', () => {
  test.each<[string, string, Environment]>([
    [
      '浙政钉’s production platform',
      'ZHEZHENGDING_BASE_URL',
      { ...zhezhengding, ZHEZHENGDING_BASE_URL: 'https://openplatform-pro.ding.zj.gov.cn' },
    ],
    ['its tenant', 'ZHEZHENGDING_TENANT_ID', { ...zhezhengding, PRODUCTION_ORGANISATIONS: 'ding0, 196729' }],
    [
      'the DingTalk organisation',
      'DINGTALK_CORP_ID',
      { ...dingtalk, PRODUCTION_ORGANISATIONS: 'ding0123456789' },
    ],
  ])('%s is refused with the rule', (_what, variable, env) => {
    for (const NODE_ENV of ['development', 'test']) {
      const error = errorOf({ ...env, NODE_ENV });
      expect(variables(error)).toEqual([variable]);
      expect(error.message).toContain('不允许使用浙政钉组织进行开发测试');
    }
  });

  test('production may use it, and development may use other organisations', () => {
    expect(loadConfig({ ...production, PRODUCTION_ORGANISATIONS: 'ding0123456789' }).production).toBe(true);
    expect(loadConfig({ ...dingtalk, PRODUCTION_ORGANISATIONS: 'dingother' }).production).toBe(false);
  });
});

describe('without PRODUCTION_ORGANISATIONS', () => {
  const warnings = (env: Environment) => loadConfig(env, '24.21.0').warnings;

  test('development on DingTalk is warned once, with the variable and the rule', () => {
    expect(warnings(dingtalk)).toEqual([
      expect.stringMatching(/PRODUCTION_ORGANISATIONS.*不允许使用浙政钉组织进行开发测试.*例如：PRODUCTION_/),
    ]);
    const emulated = emulatorEnvironment('dingtalk', 'http://127.0.0.1:9');
    expect(warnings({ ...emulated, DINGTALK_CORP_ID: dingtalk.DINGTALK_CORP_ID })).toHaveLength(1);
  });

  test.each<[string, Environment]>([
    ['it is set', { ...dingtalk, PRODUCTION_ORGANISATIONS: 'dingother' }],
    ['the platform is the emulator', emulatorEnvironment('dingtalk', 'http://127.0.0.1:9')],
    ['the host tells (浙政钉)', zhezhengding],
    ['tests run', { ...dingtalk, NODE_ENV: 'test' }],
    ['in production', production],
  ])('there is no warning if %s', (_, env) => {
    expect(warnings(env)).toEqual([]);
  });
});

test('production on a Node.js without security fixes starts with a warning', () => {
  expect(loadConfig(production, '20.19.0').warnings).toEqual([
    expect.stringMatching(/^Node\.js 20\.19\.0 已停止维护.*Node\.js 24[^\n]*$/),
  ]);
  for (const version of ['22.12.0', '24.0.0']) expect(loadConfig(production, version).warnings).toEqual([]);
  expect(loadConfig({ ...dingtalk, NODE_ENV: 'test' }, '20.19.0').warnings).toEqual([]);
});

test('a vendor’s account system needs its secret, and https in production', () => {
  const CREDENTIALS_URL = 'http://accounts.hangzhou-dept.cn/verify';
  expect(variables(errorOf({ ...dingtalk, CREDENTIALS_URL }))).toEqual(['CREDENTIALS_SECRET']);
  const CREDENTIALS_SECRET = 'x'.repeat(32);
  expect(variables(errorOf({ ...production, CREDENTIALS_URL, CREDENTIALS_SECRET }))).toEqual([
    'CREDENTIALS_URL',
  ]);
  expect(loadConfig(dingtalk).auth.credentials).toBeNull();
});
