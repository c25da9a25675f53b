import { readFile } from 'node:fs/promises';
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

const rows = () => person.page.locator('.people-table tbody tr');
const names = () => person.page.locator('.people-table tbody a').allInnerTexts();
const search = () => person.page.getByRole('searchbox', { name: '搜索' });

/** Waits until the list has come, and nothing newer is on its way. */
const arrived = () => person.page.locator('.people-table[aria-busy=false]').waitFor();

/** Waits until so many people are counted, and the list has come. */
async function settled(count: number | RegExp): Promise<void> {
  await person.sees(count instanceof RegExp ? count : `共 ${count} 人`);
  await arrived();
}

/** Waits until exactly these are listed. */
async function lists(...wanted: string[]): Promise<void> {
  await person.page.waitForFunction(
    (text) =>
      [...document.querySelectorAll('.people-table tbody a')].map((a) => a.textContent).join() === text,
    wanted.join(),
  );
}

test('a hundred thousand people: the first page, and pages there and back', async () => {
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

test('a page that is on its way is not counted yet', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  const first = await names();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await person.page.route('**/api/admin/people?*cursor=*', async (route) => {
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

test('who comes back from a person finds the page of the list as they left it, counted, and where it was', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.press('下一页');
  await person.sees('第 21–40 人');
  await arrived();
  const second = await names();
  const content = person.page.locator('#content');
  await person.page.locator('.people-table tbody a').last().scrollIntoViewIfNeeded();
  const before = await content.evaluate((element) => element.scrollTop);
  expect(before).toBeGreaterThan(100);
  await person.page.locator('.people-table tbody a').last().click();
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

test('Enter soon after the last key searches from the first page, wherever the list was', async () => {
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

test('what is looked at can be exported', async () => {
  person = await stack.signedIn('/people');
  await search().fill('忆岚');
  await person.page.getByLabel('绑定', { exact: true }).selectOption('bound');
  await lists('吴忆岚');
  await person.page.getByRole('link', { name: '导出这些人' }).click();
  await person.sees('每次导出都记入审计日志');
  expect(await person.page.getByLabel('搜索', { exact: true }).inputValue()).toBe('忆岚');
  expect(await person.page.getByLabel('绑定', { exact: true }).inputValue()).toBe('已绑定');
  const download = person.page.waitForEvent('download');
  await person.press('导出 CSV');
  const file = await readFile(await (await download).path(), 'utf8');
  expect(file.split('\r\n').slice(1)).toEqual([expect.stringMatching(/^wuyilan,吴忆岚,.*,正常,已绑定,/), '']);

  await person.verify();
});

test('search as you type, by two characters, by words of two fields, by part of a number; filters; back to all', async () => {
  person = await stack.signedIn('/people');
  await settled(/^超过 10,000 人$/);
  await person.page.keyboard.press('/');
  await person.page.keyboard.type('忆岚', { delay: 20 });
  await settled(1);
  await lists('吴忆岚');
  await search().fill('没有这样的人');
  await person.sees('没有符合条件的人。');
  await search().fill('数据 忆岚');
  await lists('吴忆岚');
  await search().fill('没有这样的人');
  await person.sees('没有符合条件的人。');
  await search().fill('9999000');
  await lists('吴忆岚');
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
  await lists('吴忆岚');
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
  await lists('吴忆岚');
  await person.verify(/Failed to load resource/);
});
