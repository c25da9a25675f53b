import { build, type Built } from '../../../server/testing/build.ts';
import { openApp } from './open-app.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
}, 60_000);
afterAll(() => server.close());

test.each(['zhangsan', 'lisi', 'wangwu', 'zhaoliu', 'sunqi', 'zhouba', 'chenguang', 'admin'])('%s', async (person) => {
  const serverUrl = await server.url();
  const app = await openApp({
    replace: { 'config/current.ts': `export const config = ${JSON.stringify({ serverUrl, corpId: 'dingemulator0001', container: 'auto' })};` },
    authCodes: async () => server.code(person),
  });
  await new Promise((r) => setTimeout(r, 700));
  console.log(person, app.path, app.text(), app.events.filter((e) => e.kind === 'request' || e.kind === 'error').map((e) => JSON.stringify(e)).join('\n'));
});
