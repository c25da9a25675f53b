import { readFile } from 'node:fs/promises';
import { rowsOf } from '../../testing/import.ts';
import { manyPeople } from '../../testing/many-people.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';
import { wuyilan } from './support/wuyilan.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
  await stack.sql(manyPeople, [100_000]);
  await stack.sql(wuyilan);
  await stack.sql('ANALYZE users');
}, 240_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const rows = () => person.page.locator('.list__table tbody tr');
const names = () => person.page.locator('.list__table tbody a').allInnerTexts();
const search = () => person.page.getByRole('searchbox', { name: '搜索' });

/** Waits until the list is loaded. */
const arrived = () => person.page.locator('.list__table[aria-busy=false]').waitFor();

/** Waits until the list is loaded with this count. */
async function settled(count: number | RegExp): Promise<void> {
  await person.sees(count instanceof RegExp ? count : `共 ${count} 人`);
  await arrived();
}

/** Waits until exactly these are listed. */
async function lists(...wanted: string[]): Promise<void> {
  await person.page.waitForFunction(
    (text) =>
      [...document.querySelectorAll('.list__table tbody a')].map((a) => a.textContent).join() === text,
    wanted.join(),
  );
}

test('a list of a hundred thousand people can be paged forward and back', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  expect(await rows().count()).toBe(20);
  const first = await names();
  await person.screenshot('console-people', { document: true });
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('下一页');
  await person.sees('第 21–40 人', '第 2 页');
  await arrived();
  expect((await names()).join()).not.toBe(first.join());
  await person.press('下一页');
  await person.sees('第 41–60 人', '第 3 页');
  await person.press('上一页');
  await person.press('上一页');
  await person.sees('第 1–20 人', '第 1 页');
  await arrived();
  expect(await names()).toEqual(first);
  await person.verify();
});

test('the page number changes only when the page is there', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  const first = await names();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await person.page.route('**/api/admin/people?*page=2*', async (route) => {
    await held;
    await route.continue();
  });
  await person.press('下一页');
  await person.sees('正在更新……', '第 1–20 人');
  expect(await names()).toEqual(first);
  release();
  await person.sees('第 21–40 人');
  await person.verify();
});

test('order and page number are in the address, and the way back leads there', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.getByRole('button', { name: '用户名' }).focus();
  await person.page.keyboard.press('Enter');
  await person.page.waitForFunction(
    () => document.querySelector('.list__table tbody a')?.textContent === '管理员',
  );
  expect(person.page.url()).toContain('sort=username');
  await person.page.getByLabel('跳到第几页').fill('7');
  await person.page.keyboard.press('Enter');
  await person.sees('第 121–140 人', '第 7 页');
  await person.choose('每页多少', '50 条/页');
  await person.sees('第 1–50 人');
  await person.page.goBack();
  await person.sees('第 121–140 人', '第 7 页');
  await person.page.reload();
  await person.sees('第 121–140 人', '第 7 页');
  expect(await person.page.locator('th[aria-sort=ascending]').innerText()).toContain('用户名');
  await person.verify();
});

test('a hidden column stays hidden, also after a reload', async () => {
  person = await stack.signedIn('/people');
  await person.press('显示的列');
  await person.page.getByRole('dialog').getByText('手机号').click();
  await person.press('好');
  expect(await person.page.getByRole('columnheader', { name: '手机号' }).count()).toBe(0);
  await person.page.reload();
  await arrived();
  expect(await person.page.getByRole('columnheader').allInnerTexts()).not.toContain('手机号');
  await person.verify();
});

test('people are selected over pages, previewed, disabled together, and get new passwords in one list', async () => {
  person = await stack.signedIn('/people', 'admin', { viewport: { width: 390, height: 844 } });
  await arrived();
  await search().fill('管理员');
  await arrived();
  const tick = (name: string) =>
    person.page
      .locator('label.t-checkbox')
      .filter({ hasText: `选中${name}` })
      .first()
      .click();
  await tick('管理员');
  await search().fill('忆岚');
  await lists('吴忆岚');
  await tick('吴忆岚');
  await person.sees('已选 2 人');
  await person.screenshot('console-people-picked-390');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('停用');
  await person.sees('停用：选中的 2 人', /您自己也在其中/);
  expect(await person.page.getByRole('button', { name: /停用 \d 人/ }).isDisabled()).toBe(true);
  await person.screenshot('console-people-bulk-390');
  await person.press('去掉这 1 人');
  await person.sees('停用：选中的 1 人', /会改变 1 人/);
  // The button's colour has a transition.
  await person.page.waitForFunction(() => document.getAnimations().length === 0);
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('停用 1 人');
  await person.sees('停用：已改变 1 人');
  const row = person.page.locator('.list__table tbody tr').filter({ hasText: '吴忆岚' });
  await row.getByText('已停用').waitFor();
  await stack.sql(`UPDATE users SET status = 'ACTIVE', updated_at = now() WHERE name = '吴忆岚'`);

  await person.page.setViewportSize({ width: 1440, height: 900 });
  await search().fill('办公室');
  await settled(/^超过 10,000 人$/);
  await tick('这一页');
  await person.sees('已选 20 人');
  await person.screenshot('console-people-picked');
  await person.press('重置密码');
  await person.sees('重置密码：选中的 20 人', /会改变 20 人/);
  await person.screenshot('console-people-bulk');
  await person.press('重置密码 20 人');
  await person.sees(/20 人的新密码只在这里显示一次/);
  const list = (await person.page.getByRole('textbox', { name: '一次性密码' }).inputValue()).split('\n');
  expect(list).toHaveLength(21);
  expect(list[1]).toMatch(/\t[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$/);
  await person.screenshot('console-people-passwords');
  await person.page.keyboard.press('Escape');
  await person.sees(/20 人的新密码/);
  await person.press('已记下，关闭');
  await person.verify();
});

test('the search words are not in the address, and are still there on the way back', async () => {
  person = await stack.signedIn('/people');
  await search().fill('忆岚');
  await lists('吴忆岚');
  expect(decodeURIComponent(person.page.url())).not.toContain('忆岚');
  await person.page.getByRole('link', { name: '吴忆岚' }).click();
  await person.page.getByRole('link', { name: '返回人员列表' }).click();
  await lists('吴忆岚');
  expect(await search().inputValue()).toBe('忆岚');
  await person.verify();
});

test.each([1440, 1366, 1024, 390])(
  'at %i pixels nothing is cut off or broken, and the list is whole on paper',
  async (width) => {
    person = await stack.signedIn('/people', 'admin', { viewport: { width, height: 800 } });
    await arrived();
    const beside = await person.page.evaluate(() => {
      const content = document.getElementById('content');
      const names = [...document.querySelectorAll('.list__table tbody td:nth-child(3)')];
      const lines = (element: Element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getClientRects().length;
      };
      return {
        wide: (content?.scrollWidth ?? 0) - (content?.clientWidth ?? 0),
        broken: names.filter((name) => lines(name) > 1).length,
      };
    });
    expect(beside).toEqual({ wide: 0, broken: 0 });
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.screenshot(`console-people-${width}`);
    await person.page.emulateMedia({ media: 'print' });
    await person.page.setViewportSize({ width: 718, height: 1000 });
    expect(await person.page.getByRole('searchbox').isVisible()).toBe(false);
    expect(await rows().last().isVisible()).toBe(true);
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(718);
    await person.verify();
  },
);

test('on the way back from a person the list has the same page, counts and scroll position', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.press('下一页');
  await person.sees('第 21–40 人');
  await arrived();
  const second = await names();
  const content = person.page.locator('#content');
  await person.page.locator('.list__table tbody a').last().scrollIntoViewIfNeeded();
  const before = await content.evaluate((element) => element.scrollTop);
  expect(before).toBeGreaterThan(100);
  await person.page.locator('.list__table tbody a').last().click();
  await person.sees('登录着的会话');
  expect(await content.evaluate((element) => element.scrollTop)).toBe(0);
  await person.page.goBack();
  await person.sees('第 21–40 人', '第 2 页', /^超过 10,000 人$/);
  await arrived();
  expect(await names()).toEqual(second);
  await person.page.waitForFunction(
    (top) => Math.abs((document.getElementById('content')?.scrollTop ?? 0) - top) < 2,
    before,
  );
  await person.page.goForward();
  await person.sees('登录着的会话');
  await person.page.waitForFunction(() => document.getElementById('content')?.scrollTop === 0);
  await person.verify();
});

test('Enter right after the last key searches from the first page', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.press('下一页');
  await person.sees('第 21–40 人');
  await arrived();
  await search().fill('忆岚');
  await search().press('Enter');
  await settled(1);
  await lists('吴忆岚');
  await person.verify();
});

test('the filtered list can be exported', async () => {
  person = await stack.signedIn('/people');
  await search().fill('忆岚');
  await person.choose('绑定', '已绑定');
  await lists('吴忆岚');
  await person.page.getByRole('link', { name: '导出这些人' }).click();
  await person.sees('每次导出都记入审计日志');
  expect(await person.page.getByLabel('搜索', { exact: true }).inputValue()).toBe('忆岚');
  expect(await person.page.getByLabel('绑定', { exact: true }).inputValue()).toBe('已绑定');
  const download = person.page.waitForEvent('download');
  await person.press('导出');
  const [, ...rows] = await rowsOf(await readFile(await (await download).path()));
  expect(rows.map((row) => [row[0], row[1], row[8], row[9]])).toEqual([
    ['wuyilan', '吴忆岚', '正常', '已绑定'],
  ]);

  await person.verify();
});

test('the search works while typing, by two characters, words of two fields or part of a number, and with filters', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.keyboard.press('/');
  await person.page.keyboard.type('忆岚', { delay: 20 });
  await settled(1);
  await lists('吴忆岚');
  await search().fill('没有这样的人');
  await person.sees(/没有符合条件的/);
  await search().fill('数据 忆岚');
  await lists('吴忆岚');
  await search().fill('没有这样的人');
  await person.sees(/没有符合条件的/);
  await search().fill('9999000');
  await lists('吴忆岚');
  await search().fill('');
  await person.choose('状态', '已停用');
  await person.choose('角色', '管理员');
  const [counted] = await stack.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM users WHERE status = 'DISABLED' AND role = 'ADMIN'`,
  );
  await person.sees(`共 ${counted?.n} 人`);
  await search().fill('没有这样的人');
  await person.sees(/没有符合条件的/);
  await person.screenshot('console-people-none');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('清除条件');
  await settled(/^超过 10,000 人$/);
  await person.choose('超级高管', '只看超级高管');
  await person.sees(/^共 \d 人$/);
  await person.verify();
});

test('of two searches the later one counts, even if the answer to the earlier one comes last', async () => {
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
  await lists('吴忆岚');
  await person.verify();
});

test('a list that cannot be loaded says so, and can be loaded again', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.route('**/api/admin/people?*', (route) => route.abort());
  await search().fill('忆岚');
  await person.sees('没有加载出来', /连不上服务器/);
  await person.page.unroute('**/api/admin/people?*');
  await person.press('重试');
  await lists('吴忆岚');
  await person.verify(/Failed to load resource/);
});
