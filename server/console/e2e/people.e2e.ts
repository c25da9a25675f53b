import { manyPeople } from '../../testing/many-people.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
  await stack.sql(manyPeople, [100_000]);
  await stack.sql('ANALYZE users');
  await stack.sql(`UPDATE users SET role = 'AUDITOR' WHERE username = 'zhaoliu'`);
  // Somebody whom no other test needs.
  await stack.sql(`INSERT INTO users (id, username, name, mobile, department, ding_user_id, bound_at, bound_by,
      employee_code, created_at, updated_at)
    VALUES (gen_random_uuid(), 'wuyilan', '吴忆岚', '10099990001', '省数据资源管理局综合处', '270199', now(), 'PASSWORD',
      'GE_e2e', now(), now())`);
}, 240_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const rows = () => person.page.locator('.people-table tbody tr');
const names = () => person.page.locator('.people-table tbody a').allInnerTexts();
const search = () => person.page.getByRole('searchbox', { name: '搜索' });
const dialog = () => person.page.getByRole('dialog');

/** Waits until the list has so many rows, the new ones. */
async function settled(count: number | RegExp): Promise<void> {
  await person.sees(count instanceof RegExp ? count : `共 ${count} 人`);
  await person.page.locator('.people-table[aria-busy=false]').waitFor();
}

/** A link of the list, by what is typed into its search box. */
async function openPerson(q: string, name: string): Promise<void> {
  person = await stack.signedIn('/people');
  await search().fill(q);
  await settled(1);
  await person.page.getByRole('link', { name, exact: true }).click();
  await person.sees('登录着的会话', '记录');
}

const version = async (username: string) =>
  (await stack.sql<{ updated_at: Date }>('SELECT updated_at FROM users WHERE username = $1', [username]))[0];

test('a hundred thousand people: the first page, and pages there and back', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  expect(await rows().count()).toBe(20);
  const first = await names();
  await person.screenshot('console-people', { document: true });
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('下一页');
  await person.sees('第 21–40 人', '第 2 页');
  expect((await names()).join()).not.toBe(first.join());
  await person.press('下一页');
  await person.sees('第 3 页');
  await person.press('上一页');
  await person.press('上一页');
  await person.sees('第 1 页');
  await person.page.locator('.people-table[aria-busy=false]').waitFor();
  expect(await names()).toEqual(first);
  await person.verify();
});

test('search as you type, by two characters, by words of two fields, by part of a number; filters; back to all', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.keyboard.press('/');
  await person.page.keyboard.type('忆岚', { delay: 20 });
  await settled(1);
  expect(await names()).toEqual(['吴忆岚']);
  await search().fill('数据 忆岚');
  await settled(1);
  await search().fill('9999000');
  await settled(1);
  await search().fill('');
  await person.page.getByLabel('状态', { exact: true }).selectOption('disabled');
  await person.page.getByLabel('角色', { exact: true }).selectOption('ADMIN');
  const [counted] = await stack.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM users WHERE status = 'DISABLED' AND role = 'ADMIN'`,
  );
  await person.sees(counted?.n === 0 ? '没有符合条件的人。' : `共 ${counted?.n} 人`);
  await search().fill('没有这样的人');
  await person.sees('没有符合条件的人。', /换个说法试试/);
  await person.screenshot('console-people-none');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('清除条件，看全部人员');
  await settled(/^超过 10,000 人$/);
  await person.page.getByLabel('只看超级高管').check();
  await person.sees(/^共 \d 人$/);
  await person.verify();
});

test('of two searches the later counts, though the earlier answer comes last; it is given up', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = encodeURIComponent('张');
  await person.page.route(`**/api/admin/people?q=${slow}&*`, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  const givenUp = person.page.waitForEvent('requestfailed', (request) =>
    request.url().includes(`q=${slow}&`),
  );
  const asked = person.page.waitForRequest((request) => request.url().includes(`q=${slow}&`));
  await search().fill('张');
  await asked;
  await search().fill('忆岚');
  await givenUp;
  release();
  await settled(1);
  expect(await names()).toEqual(['吴忆岚']);
  await person.verify();
});

test('a list that does not come says so, and can be asked for again', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.route('**/api/admin/people?*', (route) => route.abort());
  await search().fill('忆岚');
  await person.sees('没有加载出来', /连不上服务器/);
  await person.page.unroute('**/api/admin/people?*');
  await person.press('重试');
  await settled(1);
  await person.verify(/Failed to load resource/);
});

test('a person: what is known, the full number, an edit, and that somebody else was faster', async () => {
  await openPerson('wuyilan', '吴忆岚');
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
  await person.sees(/部门：省数据资源管理局综合处 → 省数据资源管理局办公室/);
  await person.screenshot('console-person', { whole: true, document: true });
  expect(await person.accessibilityFaults()).toEqual([]);

  await person.press('编辑');
  await stack.sql(`UPDATE users SET name = '吴忆澜', updated_at = now() WHERE username = 'wuyilan'`);
  await person.fill('部门', '另一个处');
  await dialog().getByRole('button', { name: '保存' }).click();
  await person.sees(/刚才有人修改了这个人，你的操作没有执行/, '吴忆澜');
  await stack.sql(`UPDATE users SET name = '吴忆岚', updated_at = now() WHERE username = 'wuyilan'`);
  await person.verify();
});

test('dangerous things ask first and say what will happen; no means nothing', async () => {
  await openPerson('wuyilan', '吴忆岚');
  const before = await version('wuyilan');
  await person.press('停用');
  await person.sees('停用吴忆岚的账号？', /停用后，本人进入应用会看到/);
  await person.screenshot('console-person-ask');
  await person.page.keyboard.press('Escape');
  expect(await version('wuyilan')).toEqual(before);
  await person.press('停用');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '停用' }).click();
  await person.sees('已停用');
  await person.press('启用');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '启用' }).click();
  await person.sees('正常');
  await person.press('解除绑定');
  await person.sees(/本人下次进入要用用户名和密码重新绑定/);
  await person.page.locator('.ask-dialog').getByRole('button', { name: '解除绑定' }).click();
  await person.sees('未绑定');
  await person.page.getByRole('button', { name: '解除绑定' }).first().waitFor({ state: 'hidden' });
  await person.verify();
});

test('a one-time password is shown once, can be copied, and is gone', async () => {
  await openPerson('wuyilan', '吴忆岚');
  await person.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.press('重置密码');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '重置密码' }).click();
  await person.sees(/只在这里显示一次/);
  const password = await person.page.getByLabel('一次性密码').last().inputValue();
  expect(password).toMatch(/^[a-z2-9]{4}(?:-[a-z2-9]{4}){2}$/);
  await person.press('复制');
  await person.sees('已复制。');
  expect(await person.page.evaluate(() => navigator.clipboard.readText())).toBe(password);
  await person.page.keyboard.press('Escape');
  await person.sees(/只在这里显示一次/);
  await person.screenshot('console-person-password');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('已记下，关闭');
  await person.sees(/一次性密码，.+前有效/, '重置密码');
  expect(await person.page.content()).not.toContain(password);
  await person.verify();
});

test('sessions end, and oneself cannot be shut out', async () => {
  await fetch(`${stack.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authCode: await stack.authCode('zhangsan') }),
  });
  await openPerson('zhangsan', '张三');
  await person.sees('小程序，来自 127.0.0.1');
  await person.press('全部结束');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '结束会话' }).click();
  await person.sees('已结束 1 个会话', '现在没有登录着的设备。');
  const [admin] = await stack.sql<{ id: string }>(`SELECT id FROM users WHERE username = 'admin'`);
  await person.open(`/people/${admin?.id}`);
  await person.press('停用');
  await person.page.locator('.ask-dialog').getByRole('button', { name: '停用' }).click();
  await person.sees(/不能对自己的账号做这件事/);
  await person.open('/people/019ab000-0000-7000-8000-000000000000');
  await person.sees('没有加载出来', /不存在/);
  await person.verify(/404/);
});

test('a new person: what is missing is said at the field, then their page opens', async () => {
  person = await stack.signedIn('/people');
  await person.press('新增人员');
  await person.fill('姓名（必填）', '郑晓帆');
  await dialog().getByRole('button', { name: '新增' }).click();
  await person.sees('用户名不能为空。');
  await person.page.waitForFunction(() => document.activeElement?.id === 'person-username');
  await person.fill('用户名（必填）', 'zhengxiaofan');
  await person.fill('手机号', '123');
  await dialog().getByRole('button', { name: '新增' }).click();
  await person.sees('手机号不是 11 位的手机号。');
  await person.fill('手机号', '');
  await dialog().getByRole('button', { name: '新增' }).click();
  await person.sees('已新增郑晓帆', '新增人员', '没有设置');
  await person.page.getByRole('link', { name: '← 返回人员列表' }).click();
  await settled(/^超过 10,000 人$/);
  await person.verify();
});

test('an auditor reads, and nothing more', async () => {
  person = await stack.signedIn('/people', 'zhaoliu');
  await settled(/^超过 10,000 人$/);
  expect(await person.page.getByRole('button', { name: '新增人员' }).count()).toBe(0);
  await search().fill('10099990001');
  await person.sees('没有符合条件的人。');
  await search().fill('wuyilan');
  await settled(1);
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

test('超级高管: approval in words, one by id, several by lines, the match, faults, and removal', async () => {
  await stack.sql(`DELETE FROM users WHERE is_super_executive`);
  person = await stack.signedIn('/super-executives');
  await person.sees(
    '登记之前：要按统建应用审批',
    /经省大数据局审批/,
    '已登记 0 人',
    /应用不对超级高管开放，就不用登记/,
  );
  await person.press('登记');
  await person.fill('平台账号 id（必填）', '270107');
  await person.fill('姓名（必填）', '陈光');
  expect(await person.accessibilityFaults()).toEqual([]);
  await dialog().getByRole('button', { name: '登记' }).click();
  await person.sees('新登记 1 人', '还没有登录过');
  const signIn = await fetch(`${stack.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authCode: await stack.authCode('chenguang') }),
  });
  expect(await signIn.json()).toMatchObject({ outcome: 'signed-in', user: { isSuperExecutive: true } });

  await person.press('批量登记');
  const lines = dialog().getByRole('textbox');
  await lines.fill('id,姓名,部门\n380001，林远山，省政府办公厅\n380002\n270107\t陈光');
  await dialog().getByRole('button', { name: '登记' }).click();
  await person.sees('第 3 行：每行要有 id 和姓名，用逗号隔开。');
  await lines.fill('380001，林远山，省政府办公厅\n\n270107\t陈某');
  await dialog().getByRole('button', { name: '登记' }).click();
  await person.sees(/第 3 行：id 270107 已有账号，姓名是“陈光”/);
  await person.screenshot('console-super-executives-lines');
  await lines.fill('380001，林远山，省政府办公厅\n380002，苏明理\n270107\t陈光');
  await dialog().getByRole('button', { name: '登记' }).click();
  await person.sees('新登记 2 人，1 人早已登记', '已登记 3 人', '已匹配', /按平台账号 id 匹配/);

  await stack.sql(`INSERT INTO super_executive_faults (id, user_id, code, method, route, request_id)
    SELECT gen_random_uuid(), id, 'PLATFORM_TIMEOUT', 'GET', '/api/notices', '6f1f0c9a-4f0e-4f51-9f3e-0d3f6f3a7b21'
    FROM users WHERE ding_user_id = '270107'`);
  await person.open('/super-executives');
  await person.sees('1 次', 'PLATFORM_TIMEOUT', 'GET /api/notices');
  await person.screenshot('console-super-executives', { whole: true, document: true });
  expect(await person.accessibilityFaults()).toEqual([]);

  await person.press('取消登记：苏明理');
  await person.sees('取消苏明理的超级高管登记？', '同时停用账号');
  await dialog().getByRole('button', { name: '取消登记' }).click();
  await person.sees('已登记 2 人');
  const [removed] = await stack.sql<{ status: string }>(
    `SELECT status FROM users WHERE ding_user_id = '380002'`,
  );
  expect(removed).toEqual({ status: 'DISABLED' });
  await person.verify();
});
