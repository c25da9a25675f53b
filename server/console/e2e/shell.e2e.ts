import { development } from '../../config/constants.ts';
import { type ConsoleStack, openConsole, phone } from './support/console.ts';

const withoutBrowser = process.env.E2E_WITHOUT_BROWSER !== undefined;
const described = withoutBrowser ? describe.skip : describe;
const { password } = development;
const unauthorised = /status of 401/;

described('the console in an ordinary browser', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
  });
  afterAll(() => stack?.close());
  afterEach(() => stack?.sql('DELETE FROM lockouts'));

  test('an administrator signs in, and gets the page that was asked for', async () => {
    const page = await stack.newPage();
    await page.open('/me');
    await page.sees('登录管理后台', '测试环境');
    await page.screenshot('console-sign-in', { document: true });
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.press('登录');
    await page.sees('请输入用户名和密码。');
    await page.fill('用户名', 'admin');
    await page.fill('密码', 'not-the-password');
    await page.press('登录');
    await page.sees('用户名或密码不对，请检查后重新输入。还可以试 4 次。');
    await page.fill('密码', password);
    // A shown password does not overlap the button.
    const space = () =>
      page.page.getByLabel('密码', { exact: true }).evaluate((i) => getComputedStyle(i).paddingRight);
    const hidden = await space();
    await page.press('显示密码');
    expect([hidden, await space()]).toEqual(['60px', '60px']);
    await page.press('隐藏密码');
    await page.page.getByLabel('密码', { exact: true }).focus();
    // By keyboard only.
    await page.page.keyboard.press('Enter');
    await page.sees('我的账号', '登录的设备', '管理后台', '测试环境', '正在使用');
    expect(new URL(page.page.url()).pathname).toBe('/console/me');
    await page.screenshot('console-account');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.verify(unauthorised);
    const cookies = await page.page.context().cookies();
    expect(cookies.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      expect.objectContaining({ name: '__Host-device', httpOnly: true, secure: true, sameSite: 'Strict' }),
      expect.objectContaining({ name: '__Host-session', httpOnly: true, secure: true, sameSite: 'Lax' }),
    ]);
  });

  test('an ordinary person with the right password is told where to sign in', async () => {
    const page = await stack.newPage();
    await page.open('');
    await page.fill('用户名', 'zhangsan');
    await page.fill('密码', password);
    await page.press('登录');
    await page.sees('管理后台只对管理员和审计员开放。请在钉钉的工作台里打开本应用。');
    expect(await page.page.context().cookies()).toEqual([]);
  });

  test('a lock is counted down, and the form opens again', async () => {
    const page = await stack.newPage();
    await page.open('');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await page.fill('用户名', 'nobody');
      await page.fill('密码', 'not-the-password');
      await page.press('登录');
      await page.sees(
        attempt < 4 ? `还可以试 ${4 - attempt} 次` : /账号已锁定。请 (?:\d+ 秒|1 分钟)后再试。/,
      );
    }
    expect(await page.page.getByRole('button', { name: '登录', exact: true }).isDisabled()).toBe(true);
    await page.screenshot('console-sign-in-locked');
  });

  test('a one-time password must be replaced, and then signs in', async () => {
    await stack.sql(
      `UPDATE users SET must_change_password = true, role = 'AUDITOR', left_at = NULL WHERE username = 'chenguang'`,
    );
    const page = await stack.newPage();
    await page.open('');
    await page.fill('用户名', 'chenguang');
    await page.fill('密码', password);
    await page.press('登录');
    await page.sees('设置您自己的密码', '至少 8 个字符');
    await page.screenshot('console-new-password');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.fill('新密码', 'short');
    await page.fill('再输入一次', 'other');
    await page.press('保存并登录');
    await page.sees('两次输入的新密码不一样');
    await page.fill('再输入一次', 'short');
    await page.press('保存并登录');
    await page.sees('新密码太短');
    await page.fill('新密码', password);
    await page.fill('再输入一次', password);
    await page.press('保存并登录');
    await page.sees('新密码与当前密码相同');
    await page.fill('新密码', 'marmalade-lighthouse-7');
    await page.fill('再输入一次', 'marmalade-lighthouse-7');
    await page.press('保存并登录');
    await page.sees('陈光', '审计员');
    await page.verify(unauthorised);
  });

  test('a new password signs out everywhere, and works at the next sign-in', async () => {
    await stack.sql(
      `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE username = 'admin'),
         role = 'ADMIN' WHERE username = 'lisi'`,
    );
    const page = await stack.signedIn('/me', 'lisi');
    await page.fill('当前密码', 'not-the-password');
    await page.fill('新密码', 'marmalade-lighthouse-8');
    await page.fill('再输入一次', 'marmalade-lighthouse-8');
    await page.press('修改密码');
    await page.sees('当前密码不对，请重新输入。');
    await page.fill('当前密码', password);
    await page.press('修改密码');
    await page.sees('登录管理后台');
    await page.fill('用户名', 'lisi');
    await page.fill('密码', 'marmalade-lighthouse-8');
    await page.press('登录');
    await page.sees('我的账号');
  });

  test('other sessions are ended by a click, after a question', async () => {
    const other = await stack.signedIn('/me');
    const page = await stack.signedIn('/me');
    await page.sees('正在使用');
    const ends = page.page.getByRole('button', { name: '让它退出', exact: true });
    await ends.first().waitFor();
    const before = await ends.count();
    await ends.first().click();
    await page.sees('让它退出登录', '要重新登录才能使用');
    await page.screenshot('console-ask');
    expect(await page.accessibilityFaults()).toEqual([]);
    // A mistaken key means no, and the focus returns.
    const question = page.page.getByRole('alertdialog', { name: '让它退出登录' });
    for (const key of ['Escape', 'Enter']) {
      await question.getByRole('button', { name: '取消' }).and(page.page.locator(':focus')).waitFor();
      await page.page.keyboard.press(key);
      await question.waitFor({ state: 'detached' });
      expect(await ends.count()).toBe(before);
      expect(await ends.first().evaluate((button) => button === document.activeElement)).toBe(true);
      if (key === 'Escape') await page.page.keyboard.press('Enter');
    }
    for (let left = before; left > 0; left -= 1) {
      await ends.first().click();
      await page.page.locator('.ask-dialog:visible').getByRole('button', { name: '退出登录' }).click();
      await page.page.waitForFunction(
        (wanted) => document.querySelectorAll('.own-sessions__row').length === wanted,
        left,
      );
    }
    await page.verify();
    await other.page.reload();
    await other.sees('登录管理后台');
  });

  test('signing out ends the session on the server', async () => {
    const page = await stack.signedIn('/me');
    await page.sees('我的账号');
    const [cookie] = await page.page.context().cookies();
    await page.page.locator('.shell__person').click();
    await page.page.getByText('退出登录').click();
    await page.sees('登录管理后台');
    const answer = await page.page.request.get(`${stack.url}/api/me`, {
      headers: { cookie: `__Host-session=${cookie?.value}` },
    });
    expect(answer.status()).toBe(401);
  });

  test('an address that is opened after the session has ended asks to sign in, and then opens', async () => {
    const page = await stack.signedIn('/me');
    await page.sees('正在使用');
    await stack.endSessions(page);
    await page.page.reload();
    await page.sees('登录管理后台');
    await page.fill('用户名', 'admin');
    await page.fill('密码', password);
    await page.press('登录');
    await page.sees('我的账号');
  });

  test('an unknown address says so', async () => {
    const page = await stack.signedIn('/no/such/page');
    await page.sees('没有这个页面', '回到首页');
    await page.screenshot('console-not-found');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.verify();
  });

  test('on a phone the menu opens above the page, and closes', async () => {
    const page = await stack.signedIn('/me', 'admin', { viewport: phone });
    await page.sees('我的账号');
    await page.screenshot('console-phone-account');
    await page.press('打开菜单');
    await page.page.getByRole('navigation', { name: '主菜单' }).waitFor();
    await page.screenshot('console-phone-menu');
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('button', { name: '打开菜单' }).waitFor();
    // Nothing is wider than the phone.
    const width = await page.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(phone.width);
    await page.verify();
  });
});
