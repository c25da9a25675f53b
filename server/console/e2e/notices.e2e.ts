import type { NoticeCreated } from '../../contract/notices.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

let stack: ConsoleStack;
let person: PersonPage;

const many = 100_000;
const body =
  '因线路检修，本周六 8:00 至 12:00 办公楼停电。\n\n请提前保存文件、关闭电脑。\n电梯停用，请走楼梯。';

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
/** Each test has its own notices, for the seed's people. */
beforeEach(async () => {
  await stack.sql('DELETE FROM notices');
  await stack.sql("DELETE FROM users WHERE username LIKE 'staff%'");
}, 60_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const page = () => person.page;
const preview = () => page().getByRole('region', { name: '手机上的样子' });
const titles = () => page().getByRole('rowheader').allInnerTexts();
const dialog = () => page().getByRole('alertdialog');
const agree = (name: string | RegExp) => dialog().getByRole('button', { name }).click();
const readersSee = async (): Promise<string[]> =>
  (
    await stack.sql<{ title: string }>(
      'SELECT title FROM notices WHERE published_at IS NOT NULL AND withdrawn_at IS NULL',
    )
  ).map(({ title }) => title);

async function posted<T>(path: string, data: object): Promise<T> {
  const answer = await page().request.post(`${stack.url}/api/admin/notices${path}`, { data });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Opens the page of a new notice. */
async function opened(title: string, state: 'draft' | 'published'): Promise<void> {
  person = await stack.signedIn('/notices');
  const { notice } = await posted<NoticeCreated>('', { title, body });
  if (state === 'published') await posted(`/${notice.id}/publish`, { version: notice.version });
  await person.open(`/notices/${notice.id}`);
}

test('an empty list says what to do', async () => {
  person = await stack.signedIn('/notices');
  await person.sees('还没有公告。点右上角“写公告”写第一篇。');
  await person.screenshot('console-notices-empty');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.verify();
});

test('a draft is written with a preview, saved, found again, and abandoned only after a question', async () => {
  person = await stack.signedIn('/notices');
  await person.press('写公告');
  await person.press('保存草稿');
  await person.sees('请写标题。', '请写正文。');
  await person.fill('标题', ' 停电通知 ');
  await person.fill('正文', body);
  expect(await preview().locator('p').allInnerTexts()).toEqual([
    '停电通知',
    expect.stringContaining('管理员'),
    '因线路检修，本周六 8:00 至 12:00 办公楼停电。',
    '请提前保存文件、关闭电脑。\n电梯停用，请走楼梯。',
  ]);
  await person.sees('有没保存的修改');
  await page().getByRole('link', { name: '概览' }).click();
  await person.sees('离开这一页？');
  await agree('取消');
  await person.press('保存草稿');
  await person.sees('草稿已保存，读者还看不到', '编辑草稿');
  await page().waitForURL(/notices\/[0-9a-f-]{36}$/);
  await person.screenshot('console-notice-edit', { document: true });
  expect(await person.accessibilityFaults()).toEqual([]);
  await page().getByRole('link', { name: '公告', exact: true }).click();
  await person.sees('停电通知', '草稿');
  expect(await readersSee()).toEqual([]);
  await person.verify();
});

test('of two editors the second sees the text of the first, and decides', async () => {
  await opened('停电通知', 'draft');
  await person.sees('编辑草稿');
  const other = await stack.signedIn('/notices');
  await other.page.getByRole('link', { name: '停电通知' }).click();
  await other.fill('标题', '停水通知');
  await other.press('保存草稿');
  await other.sees('草稿已保存，读者还看不到');
  await other.close();

  await person.fill('标题', '停电通知（改）');
  await person.press('保存草稿');
  await person.sees('您打开之后，别人改过这篇草稿', /对方的标题：停水通知/);
  await person.screenshot('console-notice-conflict');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('用我的内容覆盖');
  await person.sees('已用您的内容保存');
  const rows = await stack.sql<{ title: string; version: number }>('SELECT title, version FROM notices');
  expect(rows).toEqual([{ title: '停电通知（改）', version: 3 }]);
  await person.verify();
});

test('publishing asks, says how many people are notified, and shows the progress', async () => {
  await opened('停水通知', 'draft');
  await person.fill('标题', '停电通知');
  await person.press('发布……');
  await person.sees('发布“停电通知”？', /4 人会收到一条工作通知/, /发布后不能再修改，只能撤回/);
  await person.screenshot('console-notice-publish');
  await agree('取消');
  expect(await readersSee()).toEqual([]);
  await person.press('发布……');
  await agree('发布并通知 4 人');
  await person.sees('已发布', '平台已收下：4 人', '4 人中', '还没有人读。');
  expect(await readersSee()).toEqual(['停电通知']);
  await person.screenshot('console-notice-published');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.verify();
});

test('the readers and the others are listed page by page, among a hundred thousand', async () => {
  await opened('停电通知', 'published');
  await stack.sql(
    `INSERT INTO users (id, username, name, department, ding_user_id, updated_at)
     SELECT gen_random_uuid(), 'staff' || n, '职员' || n, '部门' || n % 40, 'staff-' || n, now()
     FROM generate_series(1, $1::int) n`,
    [many],
  );
  await stack.sql(`INSERT INTO notice_reads (notice_id, user_id, read_at)
    SELECT (SELECT id FROM notices), id, now() - random() * interval '20 hours'
    FROM users WHERE username LIKE 'staff%' AND substr(username, 6)::int % 5 < 3`);
  await stack.sql('ANALYZE');
  await page().reload();
  await person.sees(/100,004 人中/, /60,000 人读了（60.0%）/, /40,004 人没有读/);
  await page().getByRole('rowheader').nth(19).waitFor();
  const first = await titles();
  await person.press('下一页');
  await person.sees('第 2 页');
  await page()
    .getByRole('rowheader', { name: first[0] ?? '', exact: true })
    .waitFor({ state: 'detached' });
  expect((await titles()).filter((name) => first.includes(name))).toEqual([]);
  await person.press('上一页');
  await page()
    .getByRole('rowheader', { name: first[0] ?? '', exact: true })
    .waitFor();
  await page().getByRole('heading', { name: '停电通知' }).scrollIntoViewIfNeeded();
  await person.screenshot('console-notice-readers');

  await person.choose('已读或未读', '未读');
  await page().getByRole('columnheader', { name: '阅读时间' }).waitFor({ state: 'detached' });
  await person.page.getByLabel('姓名、用户名、部门').fill('职员99999');
  await page().getByRole('rowheader', { name: '职员99999', exact: true }).waitFor();
  await person.page.getByLabel('姓名、用户名、部门').fill('没有这个人');
  await person.sees(/没有符合条件的/);
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.verify();
});

test('withdrawing asks, hides the notice, recalls the messages, and offers a copy to edit', async () => {
  await opened('停电通知', 'published');
  await person.sees('平台已收下：4 人');
  await person.press('撤回');
  await person.sees('撤回“停电通知”？', /读者马上就看不到它/, /24 小时内发出的会从平台撤回/);
  await person.screenshot('console-notice-withdraw');
  await agree('取消');
  expect(await readersSee()).toEqual(['停电通知']);
  await person.press('撤回');
  await agree('撤回');
  await person.sees('已撤回，读者看不到了', '已撤回：4 人');
  expect(await readersSee()).toEqual([]);
  await page().getByRole('button', { name: '撤回', exact: true }).first().waitFor({ state: 'hidden' });
  await person.press('复制成新草稿');
  await person.sees('编辑草稿');
  expect(await page().getByLabel('标题').inputValue()).toBe('停电通知');
  await person.press('删除草稿');
  await person.sees('删除草稿“停电通知”？');
  await agree('删除');
  await person.sees('草稿已删除');
  const actions = await stack.sql<{ action: string }>(
    `SELECT action FROM audit_log WHERE action LIKE 'notice.%' AND at >= (SELECT min(created_at) FROM notices) ORDER BY at`,
  );
  expect(actions.map(({ action }) => action)).toEqual([
    'notice.created',
    'notice.published',
    'notice.withdrawn',
    'notice.created',
    'notice.deleted',
  ]);
  await person.verify();
});

test('the list is filtered and paged by keyboard; an auditor can only read', async () => {
  await stack.sql(`INSERT INTO notices (id, title, body, updated_at, published_at)
    SELECT gen_random_uuid(), '通知' || n, '正文', now(), CASE WHEN n % 3 > 0 THEN now() END FROM generate_series(1, 45) n`);
  await stack.sql("UPDATE users SET role = 'AUDITOR' WHERE username = 'chenguang'");
  person = await stack.signedIn('/notices', 'chenguang');
  await page().getByRole('rowheader').nth(19).waitFor();
  await person.screenshot('console-notices');
  expect(await page().getByRole('button', { name: '写公告' }).count()).toBe(0);
  // By keyboard only; each key after the list shows the effect of the last one.
  await page().getByLabel('状态', { exact: true }).focus();
  const highlighted = page().locator('.t-select-option__hover:visible');
  await page().keyboard.press('Enter');
  await page().locator('.t-select-option:visible').first().waitFor();
  await page().keyboard.press('ArrowDown');
  await highlighted.getByText('全部').waitFor();
  await page().keyboard.press('ArrowDown');
  await highlighted.getByText('草稿').waitFor();
  await page().keyboard.press('Enter');
  await page().getByRole('rowheader').nth(15).waitFor({ state: 'detached' });
  expect(await titles()).toHaveLength(15);
  await page().getByLabel('搜索标题').fill('通知3');
  await page().getByRole('rowheader').nth(14).waitFor({ state: 'detached' });
  await page().getByRole('rowheader').first().getByRole('link').focus();
  await page().keyboard.press('Enter');
  await person.sees('这是草稿，读者看不到。');
  expect(await page().getByRole('textbox').count()).toBe(0);
  expect(
    await page()
      .getByRole('button', { name: /发布|撤回|复制/ })
      .count(),
  ).toBe(0);
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.open('/notices/new');
  await person.sees(/没有.*权限|不能/);
  await person.verify();
});

test('on the way back the list has the same filter, words, page and scroll position', async () => {
  await stack.sql(`INSERT INTO notices (id, title, body, updated_at)
    SELECT gen_random_uuid(), '草稿' || n, '正文', now() FROM generate_series(1, 45) n`);
  await stack.sql(
    `INSERT INTO notices (id, title, body, updated_at) VALUES (gen_random_uuid(), '别的', '正文', now())`,
  );
  person = await stack.signedIn('/notices');
  const chosen = page().waitForResponse((answer) => answer.url().includes('state=draft'));
  await person.choose('状态', '草稿');
  await chosen;
  const found = page().waitForResponse((answer) => /search=%.*state=draft/.test(answer.url()));
  await page().getByLabel('搜索标题').fill('草稿');
  await found;
  await page().getByRole('rowheader').nth(19).waitFor();
  const [first = ''] = await titles();
  await person.press('下一页');
  await person.sees('第 2 页');
  await page().getByRole('rowheader', { name: first, exact: true }).waitFor({ state: 'detached' });
  const second = await titles();
  const link = page().getByRole('rowheader').last().getByRole('link');
  await link.scrollIntoViewIfNeeded();
  const content = page().locator('#content');
  const before = await content.evaluate((element) => element.scrollTop);
  expect(before).toBeGreaterThan(100);
  await link.click();
  await person.sees('编辑草稿');
  expect(await content.evaluate((element) => element.scrollTop)).toBe(0);
  await page().goBack();
  await person.sees('第 2 页');
  await page()
    .getByRole('rowheader', { name: second[0] ?? '', exact: true })
    .waitFor();
  expect(await titles()).toEqual(second);
  expect(await page().getByLabel('搜索标题').inputValue()).toBe('草稿');
  expect(await page().getByLabel('状态', { exact: true }).inputValue()).toBe('草稿');
  await page().waitForFunction(
    (top) => Math.abs((document.getElementById('content')?.scrollTop ?? 0) - top) < 2,
    before,
  );
  await person.verify();
});

test('after a fault the page says what happened, and nothing is lost', async () => {
  person = await stack.signedIn('/notices/new');
  await person.fill('标题', '还在');
  await person.fill('正文', '还在');
  await page().route('**/api/admin/notices', (route) => route.abort());
  await person.press('保存草稿');
  await person.sees('连不上服务器，请检查网络后重试。');
  expect(await page().getByLabel('标题').inputValue()).toBe('还在');
  await page().unroute('**/api/admin/notices');
  await person.press('保存草稿');
  await person.sees('草稿已保存，读者还看不到');
  await person.open('/notices/019ab000-0000-7000-8000-000000000000');
  await person.sees('没有加载出来', '您要找的内容不存在，可能已被删除。');
  await person.verify(/Failed to load resource/);
});
