import type { OpenedApp } from '../harness/open-app.ts';
import { openFiles } from '../harness/testing.ts';
import type { BuiltApp } from './types.ts';

/** An app as the template is: it catches what its pages do wrong, says so, and shows a page of its own for it. */
const files = (submit: string): Record<string, string> => ({
  'app.json': '{"pages":["pages/main/main","pages/form/form","pages/trouble/trouble"]}',
  'app.js': `const failed = (error) => { console.error('出错了', error); dd.reLaunch({ url: '/pages/trouble/trouble' }); };
    App({ failed, onError: failed, onUnhandledRejection: ({ reason }) => failed(reason) });`,
  'pages/main/main.axml': '<view onTap="go">首页</view>',
  'pages/main/main.js': `Page({ go() { dd.navigateTo({ url: '/pages/form/form?id=7' }); } });`,
  'pages/form/form.axml': '<view onTap="submit">提交</view>',
  'pages/form/form.js': `Page({ ${submit} });`,
  'pages/trouble/trouble.axml': '<view onTap="home">出了点问题</view>',
  'pages/trouble/trouble.js': `Page({ home() { dd.reLaunch({ url: '/pages/main/main' }); } });`,
});

const told = (app: OpenedApp): string[] =>
  app.events.flatMap((event) =>
    event.kind === 'error' || event.kind === 'console' ? [`${event.kind} ${event.message}`] : [],
  );

async function failing(submit: string): Promise<OpenedApp> {
  const app = await openFiles(files(submit));
  await app.tap('首页');
  await app.waitFor('提交');
  await app.tap('提交').catch(() => app.takeErrors());
  await app.waitFor('出了点问题');
  return app;
}

const mended = async (): Promise<BuiltApp> => (await openFiles(files('submit() {}'))).phone.built;

test.each([
  ['that nobody catches', 'submit() { throw new Error("坏了"); }', ['error pages/form/form submit：坏了']],
  [
    'in a promise that nobody awaits',
    'async submit() { throw new Error("坏了"); }',
    ['error pages/form/form submit：坏了'],
  ],
  [
    'that the app catches and writes to the console',
    'submit() { getApp().failed(new Error("坏了")); }',
    ['console 出错了 Error: 坏了'],
  ],
])('an error %s is told once', async (_how, submit, expected) => {
  expect(told(await failing(submit))).toEqual(expected);
});

test('a console message of the mini program is shown with its values and its place', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const app = await openFiles(files(`submit() { console.log('有', { a: 1 }, [2], null, undefined); }`));
  await app.tap('首页');
  await app.waitFor('提交');
  await app.tap('提交');
  expect(log).toHaveBeenCalledWith('有', { a: 1 }, [2], null, undefined);
  log.mockRestore();
  const said = app.events.find((event) => event.kind === 'console');
  expect(said).toMatchObject({ level: 'log', message: '有 {"a":1} [2] null undefined' });
  expect(said?.kind === 'console' && said.stack).toContain('mini-program.js:');
});

test('after the mend the phone is back on the page that failed, with its query', async () => {
  const app = await failing('submit() { getApp().failed(new Error("坏了")); }');
  app.phone.replace(await mended());
  await app.waitFor('提交');
  expect(app.phone.stack.top?.query).toEqual({ id: '7' });
});

test('a person who has left the failed page stays on the new one', async () => {
  const app = await failing('submit() { getApp().failed(new Error("坏了")); }');
  await app.tap('出了点问题');
  await app.waitFor('首页');
  app.phone.replace(await mended());
  await app.waitFor('首页');
  expect(app.phone.currentPath).toBe('pages/main/main');
});

test('after code that does not load, the phone returns to the same page', async () => {
  const app = await openFiles(files('submit() {}'));
  await app.tap('首页');
  await app.waitFor('提交');
  const { built } = app.phone;
  app.phone.replace({ ...built, script: 'throw new Error("坏了")' });
  app.takeErrors();
  app.phone.replace(built);
  await app.waitFor('提交');
  expect(app.phone.stack.top?.query).toEqual({ id: '7' });
});
