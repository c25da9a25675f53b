import { whileLookedAt } from '../testing/busy.ts';
import { upload } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();

const head = '用户名,姓名,手机号,部门,角色,平台账号 id,员工编码,超级高管,初始密码\r\n';
const file = (rows: number, row: string) => Buffer.from(head + row.repeat(rows));

test('other requests are answered while a file with thousands of wrong rows is checked', async () => {
  const { previews, times } = await whileLookedAt(pages, file(6000, ',,1,,x,"1,2",1 1,z,\r\n'), 1);
  expect(previews[0]).toMatchObject({ rows: 6000, problemCount: 36_000, token: null });
  expect(previews[0]?.problems).toHaveLength(200);
  // If the work kept the others waiting, the first answer would come when all is done.
  expect(times.length).toBeGreaterThan(2);
});

test('files beyond the fourth are refused before they are read, and accepted later', async () => {
  const { server, admin } = pages;
  const wrong = file(10, ',张三\r\n');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => upload(server, 'preview', wrong, admin)),
  );
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  expect(statuses.filter((status) => status === 503)).toHaveLength(6);
  expect((await upload(server, 'preview', wrong, admin)).statusCode).toBe(200);
});
