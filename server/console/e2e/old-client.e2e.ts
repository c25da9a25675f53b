import { type ConsoleStack, openConsole } from './support/console.ts';
import { takeDialogs } from './support/old-client.ts';
import type { PersonPage } from './support/person-page.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const focused = () => person.page.evaluate(() => document.activeElement?.textContent?.trim());

/** The page of one of the seed's people, in a browser without windows of its own. */
async function openPerson(name: string): Promise<void> {
  person = await stack.signedIn('/people');
  await person.page.addInitScript(takeDialogs);
  await person.page.reload();
  await person.page.getByRole('link', { name, exact: true }).click();
  await person.sees('登录着的会话');
}

test('without the browser’s own windows, a question lies above the page and keeps the keyboard', async () => {
  await openPerson('张三');
  await person.press('停用');
  await person.sees('停用张三的账号？');
  await person.screenshot('console-old-ask');
  expect(await person.accessibilityFaults()).toEqual([]);
  expect(await focused()).toBe('取消');
  // Round and round inside, forth and back.
  for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await person.page.keyboard.press(key);
    expect(['取消', '停用']).toContain(await focused());
  }
  await person.page.keyboard.press('Escape');
  await person.page.locator('.ask-dialog').waitFor({ state: 'detached' });
  expect(await focused()).toBe('停用');
  await person.verify();
});

test('nor does Escape close what is shown once there', async () => {
  await openPerson('李四');
  await person.press('重置密码');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '重置密码' }).click();
  await person.sees(/只在这里显示一次/);
  await person.page.keyboard.press('Escape');
  await person.page.keyboard.press('Escape');
  await person.sees(/只在这里显示一次/);
  await person.press('已记下，关闭');
  await person.page.getByRole('dialog').waitFor({ state: 'detached' });
  await person.verify();
});
