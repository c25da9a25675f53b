import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';
import { wuyilan } from './support/wuyilan.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
afterAll(() => stack?.close());
beforeEach(async () => {
  await stack.sql(`DELETE FROM users WHERE username = 'wuyilan'`);
  await stack.sql(wuyilan);
});
afterEach(() => person?.close());

const dialog = () => person.page.getByRole('dialog');

const dialogHolds = () =>
  person.page.evaluate(() => document.activeElement?.closest('[aria-modal=true]') !== null);

/** The page of a person, from the list. */
async function openPerson(name: string): Promise<void> {
  person = await stack.signedIn('/people');
  await person.page.getByRole('link', { name, exact: true }).click();
  await person.sees('登录着的会话', '记录');
}

const version = async (username: string) =>
  (await stack.sql<{ updated_at: Date }>('SELECT updated_at FROM users WHERE username = $1', [username]))[0];
test('a person’s history is shown and leads to the audit log', async () => {
  await openPerson('吴忆岚');
  await person.page.getByRole('link', { name: '对本人做的' }).click();
  await person.sees('审计日志');
  expect(await person.page.getByLabel('对谁').inputValue()).toBe('wuyilan');
  await person.page.goBack();
  await person.page.getByRole('link', { name: '本人做的', exact: true }).click();
  await person.sees('审计日志');
  expect(await person.page.getByLabel('操作人').inputValue()).toBe('wuyilan');
  await person.verify();
});

test('a person’s page shows the data and the full number, and an edit notices a faster one', async () => {
  await openPerson('吴忆岚');
  await person.sees('100****0001', '本人用密码绑定', '省数据资源管理局综合处');
  await person.press(/查看完整号码/);
  await person.sees('10099990001', '查看手机号');
  await person.press('编辑');
  await person.fill('部门', '省数据资源管理局办公室');
  await person.screenshot('console-person-edit');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.fill('用户名（必填）', 'zhangsan');
  await dialog().getByRole('button', { name: '保存' }).click();
  await person.sees('用户名已经是另一个人的了，请核对。');
  await person.fill('用户名（必填）', 'wuyilan');
  await dialog().getByRole('button', { name: '保存' }).click();
  await person.page
    .getByRole('row', { name: '部门 省数据资源管理局综合处 省数据资源管理局办公室' })
    .waitFor();
  await person.screenshot('console-person', { whole: true, document: true });
  expect(await person.accessibilityFaults()).toEqual([]);

  await person.press('编辑');
  await stack.sql(`UPDATE users SET name = '吴忆澜', updated_at = now() WHERE username = 'wuyilan'`);
  await person.fill('部门', '另一个处');
  await dialog().getByRole('button', { name: '保存' }).click();
  await person.sees(/刚才有人修改了这个人，您的操作没有执行/, '吴忆澜');
  await person.verify();
});

test('a dangerous change asks first and says what happens; a no changes nothing', async () => {
  await openPerson('吴忆岚');
  const before = await version('wuyilan');
  await person.press('停用');
  await person.sees('停用：吴忆岚', /本人进入应用会看到/);
  await person.screenshot('console-person-ask');
  await person.page.keyboard.press('Escape');
  expect(await version('wuyilan')).toEqual(before);
  await person.press('停用');
  await dialog().getByRole('button', { name: '停用' }).click();
  await person.sees('已停用');
  await person.press('启用');
  await dialog().getByRole('button', { name: '启用' }).click();
  await person.page.locator('.t-tag--success', { hasText: '正常' }).waitFor();
  await person.press('解除绑定');
  await person.sees(/本人下次进入要用用户名和密码重新绑定/);
  await person.screenshot('console-person-unbind');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '解除绑定' }).click();
  await person.sees('未绑定');
  await person.page.getByRole('button', { name: '解除绑定' }).first().waitFor({ state: 'hidden' });
  await person.verify();
});

test('a question takes the keyboard focus and gives it back', async () => {
  await openPerson('吴忆岚');
  const focused = () => person.page.evaluate(() => document.activeElement?.textContent?.trim());
  await person.press('解除绑定');
  await person.sees('解除吴忆岚的绑定？');
  expect(await person.accessibilityFaults()).toEqual([]);
  expect(await focused()).toBe('取消');
  // The focus stays inside, forward and back.
  for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await person.page.keyboard.press(key);
    expect(['取消', '解除绑定']).toContain(await focused());
    expect(await dialogHolds()).toBe(true);
  }
  await person.page.keyboard.press('Escape');
  await person.page.locator('.ask-dialog').waitFor({ state: 'detached' });
  expect(await focused()).toBe('解除绑定');
  await person.verify();
});

test('a one-time password is shown once, and can be copied', async () => {
  await openPerson('吴忆岚');
  await person.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.press('重置密码');
  await dialog().getByRole('button', { name: '重置密码' }).click();
  await person.sees(/只在这里显示一次/);
  const password = await person.page.getByLabel('一次性密码').last().inputValue();
  expect(password).toMatch(/^[a-z2-9]{4}(?:-[a-z2-9]{4}){2}$/);
  await person.press('复制');
  await person.sees('已复制');
  expect(await person.page.evaluate(() => navigator.clipboard.readText())).toBe(password);
  // Neither Escape nor the back button closes it.
  for (let at = 0; at < 3; at += 1) await person.page.keyboard.press('Escape');
  await person.page.goBack();
  await person.sees(/只在这里显示一次/);
  expect(new URL(person.page.url()).pathname).toMatch(/people\/[0-9a-f-]{36}$/);
  expect(await person.page.getByLabel('一次性密码').last().inputValue()).toBe(password);
  await person.screenshot('console-person-password');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('已记下，关闭');
  await person.sees(/一次性密码，.+前有效/, '重置密码');
  expect(await person.page.content()).not.toContain(password);
  // The next password is shown too.
  await person.press('重置密码');
  await dialog().getByRole('button', { name: '重置密码' }).click();
  await person.sees(/只在这里显示一次/);
  expect(await person.page.getByLabel('一次性密码').last().inputValue()).not.toBe(password);
  await person.press('已记下，关闭');
  await person.verify();
});

test('sessions can be ended, and administrators cannot lock themselves out', async () => {
  await fetch(`${stack.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authCode: await stack.authCode('zhangsan') }),
  });
  await openPerson('张三');
  await person.sees('小程序，来自 127.0.0.1');
  await person.press('全部结束');
  await dialog().getByRole('button', { name: '结束会话' }).click();
  await person.sees('已结束会话：张三', '现在没有登录着的设备。');
  const [admin] = await stack.sql<{ id: string }>(`SELECT id FROM users WHERE username = 'admin'`);
  await person.open(`/people/${admin?.id}`);
  await person.sees('在“我的账号”里结束');
  await person.press('停用');
  await person.sees(/不能对自己做这件事/);
  expect(await dialog().getByRole('button', { name: '停用' }).isDisabled()).toBe(true);
  await person.open('/people/019ab000-0000-7000-8000-000000000000');
  await person.sees('没有加载出来', /不存在/);
  await person.verify(/404/);
});

test('adding a person marks missing fields, and then opens the new page', async () => {
  person = await stack.signedIn('/people');
  await person.press('新增人员');
  await person.fill('姓名（必填）', '郑晓帆');
  await person.fill('手机号', '123');
  await person.choose('角色', '审计员');
  await dialog().getByRole('button', { name: '新增' }).click();
  await person.sees('用户名不能为空。', '手机号不是 11 位的手机号。');
  await person.page.waitForFunction(() => document.activeElement?.id === 'person-username');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.fill('用户名（必填）', 'zhengxiaofan');
  await person.fill('手机号', '');
  expect(await dialog().getByRole('alert').count()).toBe(0);
  await dialog().getByRole('button', { name: '新增' }).click();
  await person.sees('已新增郑晓帆', '审计员', '没有设置', /还不能登录/);
  await person.page.getByRole('link', { name: '← 返回人员列表' }).click();
  await person.page.getByRole('link', { name: '郑晓帆', exact: true }).waitFor();
  await person.verify();
});

test('an auditor can only read', async () => {
  await stack.sql(`UPDATE users SET role = 'AUDITOR' WHERE username = 'zhaoliu'`);
  person = await stack.signedIn('/people', 'zhaoliu');
  await person.sees('吴忆岚');
  expect(await person.page.getByRole('button', { name: '新增人员' }).count()).toBe(0);
  await person.page.getByRole('searchbox', { name: '搜索' }).fill('10099990001');
  await person.sees(/没有符合条件的/);
  await person.press('清除条件');
  await person.page.getByRole('link', { name: '吴忆岚' }).click();
  await person.sees('100****0001', '记录');
  for (const name of ['编辑', '停用', '重置密码', /查看完整号码/]) {
    expect(await person.page.getByRole('button', { name }).count()).toBe(0);
  }
  await person.open('/super-executives');
  await person.sees('登记之前：要按统建应用审批');
  expect(await person.page.getByRole('button', { name: /登记/ }).count()).toBe(0);
  await person.verify();
});
