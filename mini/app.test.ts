import {
  type OpenedApp,
  openProjectApp,
  type Platform,
  type ProjectAppOptions,
} from '../scripts/simulator/index.ts';
import { type Built, build } from '../server/testing/build.ts';

/** The project's mini program against the real server and the emulator: nothing in between is a stand-in. */
const servers = {} as Record<Platform, Built>;

beforeAll(async () => {
  servers.dingtalk = await build({ platform: 'dingtalk' });
  servers.zhezhengding = await build({ platform: 'zhezhengding' });
}, 60_000);

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()));
});

async function open(
  person: string,
  platform: Platform,
  options: Partial<ProjectAppOptions> = {},
): Promise<OpenedApp> {
  const server = servers[platform];
  const codes = { emulatorUrl: server.emulator.url, person };
  return openProjectApp({ serverUrl: await server.url(), platform, authCodes: codes, ...options });
}

const platforms = ['dingtalk', 'zhezhengding'] as const;

const ENDS: Readonly<Record<string, readonly [path: string, text: string]>> = {
  zhangsan: ['pages/home/index', '张三'],
  lisi: ['pages/bind/index', '绑定并登录'],
  wangwu: ['pages/bind/index', '绑定并登录'],
  zhaoliu: ['pages/no-permission/index', '不在本组织'],
  sunqi: ['pages/no-permission/index', '不在本应用的使用范围'],
  zhouba: ['pages/no-permission/index', '账号已停用'],
  chenguang: ['pages/home/index', '陈光'],
  admin: ['pages/home/index', '管理员'],
};

describe.each(platforms)('%s', (platform) => {
  // 浙政钉 answers one and the same refusal for people who left and people out of range.
  const ends = platform === 'zhezhengding' ? { ...ENDS, zhaoliu: ENDS.sunqi } : ENDS;

  test.each(Object.entries(ends))('%s gets the right first page', async (person, end) => {
    const [path, text] = end ?? ['', ''];
    const app = await open(person, platform);
    await app.waitFor(text);
    expect(app.path).toBe(path);
  });

  test('a second start shows the home page without a sign-in call', async () => {
    const app = await open('zhangsan', platform);
    await app.waitFor('，张三');
    const before = app.events.length;
    await app.restart({ cold: true });
    await app.waitFor('，张三');
    const since = app.events.slice(before);
    const urls = since.flatMap((event) => (event.kind === 'request' ? [new URL(event.url).pathname] : []));
    expect(urls).not.toContain('/api/auth/login');
    expect(since.filter((event) => event.kind === 'dd' && /AuthCode/.test(event.name))).toEqual([]);
  });
});

test('a person binds after a wrong password, and signs out', async () => {
  const app = await open('lisi', 'dingtalk');
  await app.waitFor('绑定并登录');
  await app.type('用户名', 'lisi');
  await app.type('密码', 'wrong');
  await app.tap('绑定并登录');
  await app.waitFor('还可以试 4 次');
  await app.type('密码', 'dev-pass-2026');
  await app.tap('绑定并登录');
  await app.waitFor('，李四');
  expect(app.path).toBe('pages/home/index');
  await app.tap('我的');
  await app.tap('退出登录');
  await app.waitFor('取消');
  expect(Object.keys(app.storage)).not.toEqual([]);
  // The dialog's title says the same as its button.
  await app.tap('退出登录', { index: 1 });
  await app.waitFor(() => Object.keys(app.storage).length === 0);
});

test('a person’s sessions are listed, and another session can be ended', async () => {
  const token = await servers.dingtalk.tokenOf('chenguang');
  const app = await open('chenguang', 'dingtalk');
  await app.waitFor('，陈光');
  await app.tap('我的');
  await app.tap('登录着的设备');
  await app.waitFor('正在使用');
  expect(app.path).toBe('pages/sessions/index');
  const rows = () => app.text().split('最近使用').length - 1;
  const before = rows();
  // The latest used first: the phone's own, then the one that was opened just before it.
  await app.tap('让它退出', { index: 0 });
  await app.waitFor('取消');
  await app.tap('退出登录');
  await app.waitFor(() => rows() === before - 1);
  const answer = await servers.dingtalk.app.inject({
    url: '/api/me',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.statusCode).toBe(401);
});

test('without a network the list of sessions says so, and loads when the network is back', async () => {
  const app = await open('chenguang', 'dingtalk');
  await app.waitFor('，陈光');
  await app.tap('我的');
  await app.waitFor('退出登录');
  app.faults.noNetwork = true;
  await app.tap('登录着的设备');
  await app.waitFor('重试');
  delete app.faults.noNetwork;
  await app.tap('重试');
  await app.waitFor('正在使用');
});

describe.each([
  ['there is no network', { noNetwork: true }],
  ['the server is down', { serverDown: true }],
  ['something between answers with HTML', { htmlAnswer: true }],
  ['the platform gives no code', { authCodeError: 3 }],
] as const)('%s', (_name, faults) => {
  test('a cold start ends on a page with a next step, which works when the fault is over', async () => {
    const app = await open('zhangsan', 'dingtalk', { faults: { ...faults } });
    await app.waitFor('重试');
    expect(app.path).toBe('pages/trouble/index');
    for (const name of Object.keys(faults) as (keyof typeof app.faults)[]) delete app.faults[name];
    await app.tap('重试');
    await app.waitFor('，张三');
  });
});

test('people can sign in although the storage does not work', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const app = await open('zhangsan', 'dingtalk', { faults: { storageBroken: true } });
  await app.waitFor('，张三');
  warn.mockRestore();
});
