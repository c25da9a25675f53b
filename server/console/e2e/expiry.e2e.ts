import { development } from '../../config/constants.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

const { password } = development;
const unauthorised = /status of 401/;
let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
  await stack.sql(
    `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE username = 'admin'),
       role = 'ADMIN', status = 'ACTIVE' WHERE username IN ('lisi', 'zhouba')`,
  );
}, 180_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const page = () => person.page;
const question = () => page().locator('.ask-dialog');

async function signIn(username: string): Promise<void> {
  await person.sees('登录管理后台', '登录已过期，请重新登录。刚才的页面和填写的内容都还在。');
  await person.fill('用户名', username);
  await person.fill('密码', password);
  await person.press('登录');
}

async function writeNotice(title: string): Promise<void> {
  await person.open('/notices/new');
  await person.fill('标题', title);
  await person.fill('正文', '写了很久的正文');
}

test('if the session ends while a notice is written, the text waits, hidden, for its author', async () => {
  person = await stack.signedIn('/notices');
  await writeNotice('没有保存的公告');
  await stack.endSessions(person);
  await person.press('保存草稿');
  await person.sees('登录管理后台', '登录已过期，请重新登录。');
  await person.screenshot('console-expired');
  expect(await person.accessibilityFaults()).toEqual([]);
  // Not visible, not read aloud, not in reach of the keyboard.
  expect(await person.text()).not.toContain('保存草稿');
  expect(await page().getByRole('textbox').count()).toBe(2);
  await signIn('admin');
  await page().getByLabel('标题', { exact: true }).waitFor();
  expect(await page().getByLabel('标题', { exact: true }).inputValue()).toBe('没有保存的公告');
  expect(await page().getByLabel('正文', { exact: true }).inputValue()).toBe('写了很久的正文');
  // The focus is where it was.
  expect(await page().evaluate(() => document.activeElement?.textContent?.trim())).toBe('保存草稿');
  await page().keyboard.press('Enter');
  await person.sees('草稿已保存，读者还看不到');
  expect(await stack.sql(`SELECT 1 FROM notices WHERE title = '没有保存的公告'`)).toHaveLength(1);
  await person.verify(unauthorised);
});

test('another person who signs in there starts with an empty page', async () => {
  person = await stack.signedIn('/notices');
  await writeNotice('管理员写的');
  await stack.endSessions(person);
  await person.press('保存草稿');
  await signIn('lisi');
  await person.sees('写公告', '李四');
  expect(await page().getByLabel('标题', { exact: true }).inputValue()).toBe('');
  await person.verify(unauthorised);
});

test('an open dialog is hidden during the sign-in, and comes back with the typed text', async () => {
  const [zhangsan] = await stack.sql<{ id: string }>(`SELECT id FROM users WHERE username = 'zhangsan'`);
  person = await stack.signedIn(`/people/${zhangsan?.id}`);
  await person.press('编辑');
  await person.fill('部门', '新的处室');
  await stack.endSessions(person);
  await page().getByRole('dialog').getByRole('button', { name: '保存' }).click();
  await signIn('admin');
  await person.sees('编辑张三');
  expect(await page().getByLabel('部门', { exact: true }).inputValue()).toBe('新的处室');
  await page().getByRole('dialog').getByRole('button', { name: '保存' }).click();
  await page().getByRole('row', { name: '部门 办公室 新的处室' }).waitFor();
  await person.verify(unauthorised);
});

test('a page that was loading continues after the sign-in', async () => {
  person = await stack.signedIn('/people');
  await person.sees('张三');
  await stack.endSessions(person);
  await page().getByRole('searchbox', { name: '搜索' }).fill('李四');
  await signIn('zhouba');
  await person.sees('周八', /^共 \d+ 人$/);
  await stack.endSessions(person);
  await page().getByRole('searchbox', { name: '搜索' }).fill('李四');
  await signIn('zhouba');
  await person.sees('共 1 人', '李四');
  await person.verify(unauthorised);
});

test('signing out asks before it throws typed text away', async () => {
  person = await stack.signedIn('/notices');
  await writeNotice('还没有保存');
  const leave = async () => {
    await page().locator('.shell__person').click();
    const item = page().getByText('退出登录');
    await item.click();
    await item.waitFor({ state: 'hidden' });
  };
  await leave();
  await person.sees('离开这一页？', '有没保存的修改，离开后就没有了。');
  await question().getByRole('button', { name: '取消' }).click();
  expect(await page().getByLabel('标题', { exact: true }).inputValue()).toBe('还没有保存');
  expect((await page().request.get(`${stack.url}/api/me`)).status()).toBe(200);
  await leave();
  await question().getByRole('button', { name: '不保存，离开' }).click();
  await person.sees('登录管理后台');
  // At the person's request: nothing has expired.
  expect(await person.text()).not.toContain('登录已过期');
  await person.verify();
});
