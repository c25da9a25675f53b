import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
beforeEach(() => stack.sql('DELETE FROM sample_entry'));
afterAll(() => stack?.close());
afterEach(() => person?.close());

const dialog = () => person.page.getByRole('dialog');

async function written(title: string): Promise<void> {
  await stack.sql(
    `INSERT INTO sample_entry (id, title, body, author_id)
     SELECT gen_random_uuid(), $1, '三楼的电梯不开门。', id FROM users WHERE username = 'zhangsan'`,
    [title],
  );
}

test('样例: nothing yet, then one that is read and done', async () => {
  person = await stack.signedIn('/sample-entry');
  await person.sees('还没有人提交。');
  await written('电梯');
  await person.page.reload();
  await person.sees('待处理', '张三');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.press('电梯');
  await person.sees('三楼的电梯不开门。');
  await person.screenshot('console-sample-entry');
  expect(await person.accessibilityFaults()).toEqual([]);
  await dialog().getByRole('button', { name: '标为已处理' }).click();
  await person.sees('已标为已处理');
  await dialog().waitFor({ state: 'detached' });
  const [row] = await stack.sql<{ done: boolean }>(
    'SELECT done_at IS NOT NULL AS done FROM sample_entry',
  );
  expect(row).toEqual({ done: true });
  await person.verify();
});

test('样例: auditors read and change nothing', async () => {
  await written('电梯');
  await stack.sql("UPDATE users SET role = 'AUDITOR' WHERE username = 'chenguang'");
  person = await stack.signedIn('/sample-entry', 'chenguang');
  await person.press('电梯');
  await person.sees('三楼的电梯不开门。');
  expect(await dialog().getByRole('button', { name: '标为已处理' }).count()).toBe(0);
  await person.verify();
});
