import { fileURLToPath } from 'node:url';
import { openApp } from './open-app.ts';

const counter = fileURLToPath(new URL('../fixtures/counter', import.meta.url));

test('opens an app, taps, types, goes to a page and back', async () => {
  const app = await openApp({ root: counter });
  expect(app.text()).toContain('你好，张三');
  await app.tap('加二');
  expect(app.text()).toContain('数到 2');
  await app.type('姓名', '李四');
  expect(app.text()).toContain('你好，李四');
  await app.tap('打开');
  expect(app.path).toBe('pages/detail/index');
  expect(app.title()).toBe('详情');
  expect(app.text()).toBe('编号 1');
  await app.back();
  expect(app.stack).toEqual(['pages/home/index']);
});
