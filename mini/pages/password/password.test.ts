import { type OpenedApp, openProjectApp } from '../../../scripts/simulator/index.ts';
import { createPasswords } from '../../../server/auth/passwords.ts';
import { type Built, build } from '../../../server/testing/build.ts';
import { get } from '../../../server/testing/http.ts';

/** Changing one's password in the mini program, against the real server. */

const known = 'dev-pass-2026';
const chosen = 'marmalade-lighthouse-7';
let server: Built;

beforeAll(async () => {
  server = await build();
}, 60_000);
afterAll(() => server?.close());

beforeEach(async () => {
  await server.prisma.lockout.deleteMany();
  await setPassword({ mustChangePassword: false, passwordExpiresAt: null });
});

async function setPassword(more: { mustChangePassword: boolean; passwordExpiresAt: Date | null }) {
  const passwordHash = await createPasswords([]).hash(known);
  await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { passwordHash, ...more } });
}

async function openMe(person: string, on = server): Promise<OpenedApp> {
  const authCodes = { emulatorUrl: on.emulator.url, person };
  const app = await openProjectApp({ serverUrl: await on.url(), platform: 'dingtalk', authCodes });
  await app.waitFor(person === 'zhangsan' ? '，张三' : '，陈光');
  await app.tap('我的');
  await app.waitFor('退出登录');
  return app;
}

async function openPassword(): Promise<OpenedApp> {
  const app = await openMe('zhangsan');
  await app.waitFor('修改密码');
  await app.tap('修改密码');
  await app.waitFor('其他设备上的登录都会结束');
  expect([app.path, app.title()]).toEqual(['pages/password/index', '修改密码']);
  return app;
}

/** The button says the same as the title. */
const submit = (app: OpenedApp) => app.tap('修改密码', { index: 1 });

async function change(app: OpenedApp, current: string, next: string, again = next): Promise<void> {
  await app.type('当前密码', current);
  await app.type('新密码', next);
  await app.type('再输入一次', again);
  await submit(app);
}

const requests = (app: OpenedApp, path: string) =>
  app.events.filter((event) => event.kind === 'request' && new URL(event.url).pathname === path).length;

test('changing the password ends every session and signs the person in again by a code', async () => {
  const elsewhere = await server.tokenOf('zhangsan');
  const app = await openPassword();
  const before = requests(app, '/api/auth/login');
  await change(app, known, chosen);
  await app.waitFor('退出登录');
  expect(app.path).toBe('pages/me/index');
  expect(app.stack).toEqual(['pages/me/index']);
  await app.waitFor('密码已修改');
  expect(requests(app, '/api/auth/login')).toBe(before + 1);
  expect((await get(server, '/api/me', elsewhere)).statusCode).toBe(401);
  const { passwordHash } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  expect(await server.app.accounts.passwords.matches(passwordHash, chosen)).toBe(true);
  // The new session is kept: the next start needs no sign-in.
  await app.restart({ cold: true });
  await app.waitFor('，张三');
  expect(requests(app, '/api/auth/login')).toBe(before + 1);
});

test('people with a one-time password are told to change it, and where', async () => {
  await setPassword({ mustChangePassword: true, passwordExpiresAt: new Date('2027-01-01T16:30:00.000Z') });
  const told = '请改成只有您知道的。它的有效期到 2027年1月2日 00:30。';
  const app = await openMe('zhangsan');
  await app.waitFor(told);
  await app.tap('修改密码');
  await app.waitFor('其他设备上的登录都会结束');
  expect(app.text()).toContain(told);
  await change(app, known, chosen);
  await app.waitFor('密码已修改');
  await app.waitFor(() => !app.text().includes('一次性密码'));
});

test.each([
  ['wrong-password', chosen, '当前密码不对'],
  [known, 'short', '至少用 8 个字符'],
  [known, 'password123', '太常见'],
  [known, 'my-zhangsan-word', '不要有用户名'],
  [known, known, '与当前密码相同'],
])('a change from %s to %s is refused with the reason: %s', async (current, next, words) => {
  const app = await openPassword();
  await change(app, current, next);
  await app.waitFor(words);
  expect(app.path).toBe('pages/password/index');
});

test('missing or different entries are reported without a request', async () => {
  const app = await openPassword();
  await submit(app);
  await app.waitFor('请输入当前密码和新密码。');
  await change(app, known, chosen, `${chosen}x`);
  await app.waitFor('两次输入的新密码不一样');
  expect(requests(app, '/api/me/password')).toBe(2);
});

test('after too many wrong passwords the person is told how long to wait', async () => {
  const app = await openPassword();
  for (let at = 0; at < 5; at += 1) {
    await change(app, 'wrong-password', chosen);
    await app.waitFor(at < 4 ? '当前密码不对' : /已锁定。请 1 分钟后再试/);
  }
});

test('without a network nothing typed is lost, and the next try goes through', async () => {
  const app = await openPassword();
  app.faults.noNetwork = true;
  await change(app, known, chosen);
  await app.waitFor(/网络连接不上.*密码也可能已经改好/);
  delete app.faults.noNetwork;
  await submit(app);
  await app.waitFor('密码已修改');
});

describe('where there is no password to change', () => {
  test('people without a password are not offered to change one', async () => {
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { passwordHash: null } });
    const app = await openMe('chenguang');
    await app.waitFor(() => requests(app, '/api/me/password') > 0);
    await app.tap('登录着的设备');
    await app.waitFor('正在使用');
    await app.back();
    expect(app.text()).not.toContain('修改密码');
  });

  test('people whose password another system keeps are not offered to change it', async () => {
    const { database, emulator } = server;
    const elsewhere = await build({
      database,
      emulator,
      env: { CREDENTIALS_URL: 'http://127.0.0.1:9/verify', CREDENTIALS_SECRET: 'x'.repeat(32) },
    });
    try {
      const authCodes = { emulatorUrl: emulator.url, person: 'zhangsan' };
      const app = await openProjectApp({
        serverUrl: await elsewhere.url(),
        platform: 'dingtalk',
        authCodes,
        path: 'pages/password/index',
      });
      await app.waitFor('请到原来的账号系统修改');
      app.close();
    } finally {
      await elsewhere.close();
    }
  });
});
