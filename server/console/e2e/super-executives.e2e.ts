import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const dialog = () => person.page.getByRole('dialog');

test('超级高管 are added by id or by lines, matched at sign-in, shown with their faults, and removed', async () => {
  await stack.sql(`DELETE FROM users WHERE is_super_executive`);
  person = await stack.signedIn('/super-executives');
  await person.sees('登记之前：要按统建应用审批', /经省大数据局审批/, /应用不对超级高管开放，就不用登记/);
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
  await person.sees('新登记 2 人，1 人早已登记', '共 3 人', '已匹配', /按平台账号 id 匹配/);

  await stack.sql(`INSERT INTO super_executive_faults (id, user_id, code, method, route, request_id)
    SELECT gen_random_uuid(), id, 'PLATFORM_TIMEOUT', 'GET', '/api/notices', '6f1f0c9a-4f0e-4f51-9f3e-0d3f6f3a7b21'
    FROM users WHERE ding_user_id = '270107'`);
  await person.open('/super-executives');
  await person.sees('1 次', 'PLATFORM_TIMEOUT', 'GET /api/notices');
  await person.screenshot('console-super-executives', { whole: true, document: true });
  expect(await person.accessibilityFaults()).toEqual([]);

  await person.press('取消登记：苏明理');
  await person.sees('取消苏明理的超级高管登记？', '同时停用账号');
  const focused = () => person.page.evaluate(() => document.activeElement?.textContent ?? '');
  for (const [key, text] of [
    ['Shift+Tab', '作为普通用户'],
    ['Shift+Tab', '同时停用账号'],
    ['Tab', '作为普通用户'],
    ['Tab', '不取消'],
  ] as const) {
    await person.page.keyboard.press(key);
    expect(await focused()).toContain(text);
  }
  await dialog().getByRole('button', { name: '取消登记' }).click();
  await person.sees('共 2 人');
  const [removed] = await stack.sql<{ status: string }>(
    `SELECT status FROM users WHERE ding_user_id = '380002'`,
  );
  expect(removed).toEqual({ status: 'DISABLED' });
  await person.verify();
});
