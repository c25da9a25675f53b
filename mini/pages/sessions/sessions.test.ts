import { openProjectApp } from '../../../scripts/simulator/index.ts';
import { type Built, build } from '../../../server/testing/build.ts';
import { get } from '../../../server/testing/http.ts';

/** Where a person is signed in, in the mini program, against the real server. */

let server: Built;
beforeAll(async () => {
  server = await build();
}, 60_000);
afterAll(() => server?.close());

test('the current session and the five latest show at first, 更多 shows the others, 全部退出 ends all', async () => {
  const elsewhere: string[] = [];
  for (let at = 0; at < 8; at += 1) elsewhere.push(await server.tokenOf('zhangsan'));
  const authCodes = { emulatorUrl: server.emulator.url, person: 'zhangsan' };
  const app = await openProjectApp({ serverUrl: await server.url(), platform: 'dingtalk', authCodes });
  await app.waitFor('，张三');
  await app.tap('我的');
  await app.waitFor('登录着的设备');
  await app.tap('登录着的设备');
  await app.waitFor('全部退出');
  const rows = () => app.text().split('最近使用').length - 1;
  expect([rows(), app.text().indexOf('正在使用') > 0]).toEqual([6, true]);
  expect(app.text().indexOf('正在使用')).toBeLessThan(app.text().indexOf('让它退出'));
  await app.tap('更多');
  await app.waitFor(() => rows() === 9);
  expect(app.text()).not.toContain('更多');
  await app.tap('全部退出');
  await app.waitFor('包括这一台');
  await app.tap('全部退出');
  await app.waitFor('您已退出登录');
  for (const token of elsewhere) expect((await get(server, '/api/me', token)).statusCode).toBe(401);
  expect(await server.prisma.session.count()).toBe(0);
});
