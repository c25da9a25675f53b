import { type Emulator, emulatorEnvironment, startEmulator } from '../../scripts/emulator/index.ts';
import { type CommandDatabase, createCommandDatabase } from '../testing/command-database.ts';
import { runCommand } from '../testing/run-command.ts';

let emulator: Emulator;
let own: CommandDatabase;

beforeAll(async () => {
  emulator = await startEmulator();
  own = await createCommandDatabase('seeded');
}, 60_000);
afterAll(async () => {
  await emulator.close();
  await own?.remove();
});

const run = () =>
  runCommand(['people:reconcile'], {
    ...emulatorEnvironment('dingtalk', emulator.url),
    NODE_ENV: 'test',
    ...own.env,
    RECONCILE_PER_SECOND: '3',
  });

test('the output tells the progress, the result, and how to continue after a fault', async () => {
  emulator.control.fault({ path: '/topapi/v2/user/get', kind: 'ip-not-whitelisted', times: 3 });
  const refused = await run();
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('平台出错，停在第 0 人');
  expect(refused.output).toContain('白名单');
  expect(refused.output).toContain('再次运行，会接着核对');

  const done = await run();
  expect(done.output).toContain('每秒最多 3 人');
  expect(done.output).toMatch(/上次的核对（.*开始）没有做完，接着核对：前面已核对 0 人/);
  expect(done.output).toContain('已核对 3 / 5 人');
  expect(done.output).toContain('核对完成：共 5 人，其中 1 人已离开组织。');
  expect(done.code).toBe(0);

  const database = await own.open();
  try {
    const left = await database.prisma.user.findMany({ where: { leftAt: { not: null } } });
    expect(left.map((user) => user.username)).toEqual(['zhaoliu']);
    expect(await database.prisma.reconcileRun.findMany()).toMatchObject([
      { checked: 5, left: 1, failed: 0, finishedAt: expect.any(Date) },
    ]);
    const startedAt = new Date(Date.now() - 21 * 24 * 3_600_000);
    await database.prisma.reconcileRun.updateMany({ data: { startedAt, finishedAt: null, checked: 3 } });
  } finally {
    await database.close();
  }

  const anew = await run();
  expect(anew.output).toMatch(/上次的核对（.*开始）没有做完，已经过了太久.*从头核对所有人/);
  // The person who left is not asked about again.
  expect(anew.output).toContain('核对完成：共 4 人');
}, 120_000);
