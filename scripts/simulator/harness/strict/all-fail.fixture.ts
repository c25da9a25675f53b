import { openPage } from '../testing.ts';

/** Every test here must fail although its own lines pass; `strict.test.ts` runs them. */
const page = (script: string) => openPage('<view>页</view>', script);
const button = (script: string) => openPage('<view onTap="go">按</view>', script);

test('a promise that nobody awaits, begun while loading', async () => {
  await page("onLoad() { void Promise.reject(new Error('FLOATING')); }");
});

test('a promise that nobody awaits, begun by the last step', async () => {
  const app = await button("go() { Promise.resolve().then(() => { throw new Error('FLOATING TAP'); }); }");
  await app.tap('按').catch(() => undefined);
});

test('a promise of a timer', async () => {
  const app = await page(
    "onLoad() { setTimeout(async () => { this.done = true; throw new Error('IN TIMER'); }, 1); }",
  );
  await app.waitFor(() => app.phone.stack.top?.instance.self.done === true);
});

test('the rejected promise of a handler, after the last line', async () => {
  const app = await button("async go() { await 0; throw new Error('AFTER'); }");
  app.document.querySelector<HTMLElement>('mini-view')?.click();
});

test('an error while drawing, after the last line', async () => {
  const app = await openPage(
    '<import-sjs name="m" from="./m.sjs" /><view onTap="go">{{m.draw(n)}}</view>',
    'data: { n: 0 }, go() { this.setData({ n: 1 }); }',
    { 'pages/main/m.sjs': "export default { draw(n) { return n ? n.gone.DRAWING : '按'; } };" },
  );
  app.document.querySelector<HTMLElement>('mini-view')?.click();
});
