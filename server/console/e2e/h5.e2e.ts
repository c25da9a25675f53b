import { development } from '../../config/constants.ts';
import { clients, putBridge } from './support/bridges.ts';
import { type ConsoleStack, openConsole, phone } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

/** The H5 pages of ordinary people, on a phone. */

const described = process.env.E2E_WITHOUT_BROWSER === undefined ? describe : describe.skip;
const unauthorised = /status of 401/;
const chosen = 'marmalade-lighthouse-7';

described('an ordinary person', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
  });
  afterAll(() => stack?.close());

  async function opened(path: string): Promise<PersonPage> {
    const { userAgent } = clients['dingtalk-android'];
    const person = await stack.newPage({ userAgent, viewport: phone });
    await putBridge(person, 'dingtalk-android', () => stack.authCode('zhangsan'));
    await person.open(path);
    return person;
  }

  test('finds the list as before after reading a notice, and a fresh list otherwise', async () => {
    const person = await opened('/h5/notices');
    const { page } = person;
    const rows = page.locator('.notice-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(20);
    for (const more of [1, 2]) {
      await person.press('加载更多');
      await rows.nth(more * 20).waitFor();
    }
    await person.sees('已经到底了');
    const all = await rows.count();
    const one = rows.nth(35);
    await one.scrollIntoViewIfNeeded();
    const title = await one.locator('.notice-row__title').innerText();
    const scrolled = () => page.evaluate(() => document.scrollingElement?.scrollTop ?? 0);
    const before = await scrolled();
    expect(before).toBeGreaterThan(1000);
    await one.click();
    await page.locator('.notice__title').waitFor();
    const lists: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/notices?')) lists.push(request.url());
    });
    await page.goBack();
    await rows.nth(all - 1).waitFor();
    expect(await rows.count()).toBe(all);
    await page.waitForFunction(
      (top) => Math.abs((document.scrollingElement?.scrollTop ?? 0) - top) < 5,
      before,
    );
    expect(await rows.nth(35).locator('.notice-row__title').innerText()).toBe(title);
    // The notice is marked as read, without loading the list again.
    expect(await rows.nth(35).getByText('已读').count()).toBe(1);
    expect(lists).toEqual([]);

    await page.getByRole('link', { name: '我的', exact: true }).click();
    await person.sees('登录着的设备');
    await stack.sql(`INSERT INTO notices (id, title, body, published_at, updated_at)
      VALUES (gen_random_uuid(), '刚刚发布的通知', '正文', now(), now())`);
    await page.getByRole('link', { name: '通知', exact: true }).click();
    await person.sees('刚刚发布的通知');
    expect(await rows.count()).toBe(20);
    expect(await scrolled()).toBe(0);
    await person.verify(unauthorised);
  });

  test('changes a one-time password, and stays signed in', async () => {
    await stack.sql(`UPDATE users SET must_change_password = true,
      password_expires_at = '2027-01-01T16:30:00Z' WHERE username = 'zhangsan'`);
    const other = await opened('/h5/me');
    await other.sees('登录着的设备');
    const person = await opened('/h5/me');
    await person.sees(/管理员给的一次性密码，请改成只有您知道的。它的有效期到 2027-01-02 00:30。/);
    await person.screenshot('h5-password', { whole: true });
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.fill('当前密码', 'not-the-password');
    await person.fill('新密码', chosen);
    await person.fill('再输入一次', chosen);
    await person.press('修改密码');
    await person.sees('当前密码不对，请重新输入。');
    await person.fill('当前密码', development.password);
    await person.press('修改密码');
    await person.sees(/密码已修改/);
    await person.page.getByText(/一次性密码/).waitFor({ state: 'detached' });
    expect(await person.page.getByLabel('当前密码', { exact: true }).inputValue()).toBe('');
    // The list has only this session.
    expect(await person.page.getByRole('button', { name: '让它退出', exact: true }).count()).toBe(0);
    expect((await other.page.request.get(`${stack.url}/api/me`)).status()).toBe(401);
    await person.verify(unauthorised);
  });

  test('sees this session and the five latest, then the others, and ends all of them', async () => {
    await stack.sql(`DELETE FROM sessions`);
    const person = await opened('/h5/me');
    await person.sees('登录着的设备', '正在使用');
    await stack.sql(`INSERT INTO sessions (token_hash, user_id, client, address, last_seen_at, expires_at)
      SELECT sha256(n::text::bytea), id, 'MINI', '10.0.0.' || n, now() - n * interval '1 minute', now() + interval '1 day'
      FROM users, generate_series(1, 12) AS n WHERE username = 'zhangsan'`);
    await person.open('/h5/me');
    const rows = person.page.locator('.own-sessions__row');
    await rows.nth(5).waitFor();
    expect(await rows.count()).toBe(6);
    expect(await rows.first().getByText('正在使用').count()).toBe(1);
    await person.screenshot('h5-sessions', { whole: true });
    await person.press('更多');
    await rows.nth(12).waitFor();
    expect(await person.page.getByRole('button', { name: '更多' }).count()).toBe(0);
    await person.press('全部退出');
    await person.sees('全部退出登录');
    await person.page.locator('.ask-dialog').getByRole('button', { name: '全部退出' }).click();
    await person.page.locator('.own-sessions').waitFor({ state: 'detached' });
    expect(await stack.sql(`SELECT 1 FROM sessions`)).toEqual([]);
    await person.verify(unauthorised);
  });

  test('has the menu at the side on a PC, and can read texts of twice the size on a phone', async () => {
    const person = await opened('/h5/me');
    const { page } = person;
    await person.sees('登录着的设备');
    await page.getByText('特大').click();
    for (const path of ['/h5/me', '/h5', '/h5/notices']) {
      await person.open(path);
      await page.locator('.h5-card').first().waitFor();
      await page.waitForLoadState('networkidle');
      const { zoom, beyond } = await page.evaluate(() => ({
        zoom: getComputedStyle(document.documentElement).zoom,
        // Elements beyond the right edge.
        beyond: [...document.querySelectorAll('.h5 *')]
          .filter((one) => {
            const { right, width } = one.getBoundingClientRect();
            return width > 0 && right > window.innerWidth + 1;
          })
          .map((one) => one.outerHTML.slice(0, 80)),
      }));
      expect(zoom).toBe('2');
      expect(beyond).toEqual([]);
      await person.screenshot(`h5-large-${path.replaceAll('/', '-')}`);
    }
    await person.open('/h5/me');
    await page.getByText('标准').click();
    await page.setViewportSize({ width: 1440, height: 900 });
    const [menu, content] = [
      await page.locator('.h5__tabs').boundingBox(),
      await page.locator('.h5__page').boundingBox(),
    ];
    expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeLessThan(content?.x ?? 0);
    await person.screenshot('h5-pc-me');
    await person.open('/h5');
    await person.sees('最新通知');
    await person.screenshot('h5-pc-home');
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.verify(unauthorised);
  });

  test('who has no password here is not asked to change one', async () => {
    await stack.sql(`UPDATE users SET password_hash = NULL WHERE username = 'zhangsan'`);
    const person = await opened('/h5/me');
    await person.sees('登录着的设备', '正在使用');
    await person.page.waitForLoadState('networkidle');
    expect(await person.page.getByText('修改密码').count()).toBe(0);
    await person.verify(unauthorised);
  });
});
