import { type CommandDatabase, createCommandDatabase } from '../testing/command-database.ts';
import { runCommand } from '../testing/run-command.ts';

let own: CommandDatabase;

beforeAll(async () => {
  own = await createCommandDatabase('seeded');
  const database = await own.open();
  const lock = { failures: 5, lastFailure: new Date(), lockedUntil: new Date(Date.now() + 3_600_000) };
  await database.prisma.lockout.createMany({
    data: [
      { subject: 'account:lisi', ...lock },
      { subject: 'person:270102', ...lock },
    ],
  });
  await database.prisma.auditLog.create({
    data: {
      action: 'bind.refused',
      subject: 'account:lisi',
      detail: { reason: 'LOCKED', dingUserId: '270102' },
    },
  });
  await database.close();
}, 60_000);
afterAll(() => own?.remove());

const run = (...names: string[]) => runCommand(['people:unlock', ...names], { NODE_ENV: 'test', ...own.env });

test('an account is unlocked, and the output names the person who is still locked', async () => {
  const account = await run('lisi');
  expect(account.output).toContain('已解锁账号 lisi');
  expect(account.output).toContain('npm run cli people:unlock 270102');
  expect(account.code).toBe(0);

  const person = await run('270102');
  expect(person.output).toContain('已解锁人员 270102');

  const database = await own.open();
  try {
    expect(await database.prisma.lockout.count()).toBe(0);
    expect(await database.prisma.auditLog.count({ where: { action: 'lockout.cleared' } })).toBe(2);
  } finally {
    await database.close();
  }
}, 60_000);

test('an unknown name and a missing name are refused without a stack trace', async () => {
  for (const [names, told] of [
    [['no-such-account'], '没有叫“no-such-account”的账号'],
    [[], '用法：npm run cli people:unlock'],
  ] as const) {
    const { code, output } = await run(...names);
    expect(output).toContain(told);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  }
}, 60_000);
