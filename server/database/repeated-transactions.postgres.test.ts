import { createSeededDatabase, type TestDatabase } from '../testing/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createSeededDatabase();
});
afterAll(() => database?.close());

test('two transactions that wait for each other both succeed: the aborted one is repeated', async () => {
  let begun = 0;
  let met: () => void = () => {};
  const both = new Promise<void>((resolve) => {
    met = resolve;
  });
  const rename = (first: string, second: string, name: string) =>
    database.prisma.$transaction(async (tx) => {
      await tx.user.update({ where: { username: first }, data: { name } });
      begun += 1;
      if (begun === 2) met();
      await both;
      await tx.user.update({ where: { username: second }, data: { name } });
    });
  await Promise.all([rename('lisi', 'zhangsan', '甲'), rename('zhangsan', 'lisi', '乙')]);
  expect(begun).toBe(3);
  const names = await database.prisma.user.findMany({
    where: { username: { in: ['lisi', 'zhangsan'] } },
    select: { name: true },
  });
  expect(new Set(names.map(({ name }) => name)).size).toBe(1);
});

test.each([
  ['a deadlock', '40P01', 4],
  ['a serialization failure', '40001', 4],
  ['any other error', '23514', 1],
])('%s that happens every time is thrown in the end', async (_what, code, times) => {
  let begun = 0;
  const failing = database.prisma.$transaction(async (tx) => {
    begun += 1;
    await tx.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${code}'; END $$`);
  });
  await expect(failing).rejects.toThrow();
  expect(begun).toBe(times);
});
