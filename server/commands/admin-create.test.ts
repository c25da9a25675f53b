import { createPasswords } from '../auth/passwords.ts';
import { createAdministrator } from '../people/create-administrator.ts';
import { type CommandDatabase, createCommandDatabase } from '../testing/command-database.ts';
import { runCommand } from '../testing/run-command.ts';

let own: CommandDatabase;

beforeAll(async () => {
  own = await createCommandDatabase('empty');
}, 60_000);
afterAll(() => own?.remove());

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand(['admin:create', ...args], { NODE_ENV: 'test', ...own.env, ...env });

test('without a terminal the password comes from the environment, or is generated and shown once', async () => {
  const chosen = 'marmalade-lighthouse-7';
  const first = await run(['zhanggong', '张工'], { ADMIN_PASSWORD: chosen });
  expect(first).toEqual({ code: 0, output: expect.stringContaining('已创建管理员 张工（zhanggong）') });
  expect(first.output).not.toContain(chosen);

  const second = await run(['ligong', '李工']);
  expect(second.code).toBe(0);
  const [, generated = ''] = /一次性密码（.*?）：(\S+)/.exec(second.output) ?? [];

  const elsewhere = await run(['wanggong', '王工'], { CREDENTIALS_URL: 'https://accounts.example.gov.cn' });
  expect(elsewhere.output).toContain('密码由 CREDENTIALS_URL 的账号系统核对');

  const database = await own.open();
  try {
    const { prisma } = database;
    const { matches } = createPasswords([]);
    const one = await prisma.user.findUniqueOrThrow({ where: { username: 'zhanggong' } });
    expect(one).toMatchObject({ role: 'ADMIN', mustChangePassword: false, passwordExpiresAt: null });
    expect(await matches(one.passwordHash, chosen)).toBe(true);
    const two = await prisma.user.findUniqueOrThrow({ where: { username: 'ligong' } });
    expect(two).toMatchObject({ role: 'ADMIN', mustChangePassword: true });
    expect(two.passwordExpiresAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await matches(two.passwordHash, generated)).toBe(true);
    const three = await prisma.user.findUniqueOrThrow({ where: { username: 'wanggong' } });
    expect(three).toMatchObject({ role: 'ADMIN', passwordHash: null, mustChangePassword: false });
    const events = await prisma.auditLog.findMany({ where: { action: 'administrator.created' } });
    expect(events.map(({ actorId, subject, detail }) => ({ actorId, subject, detail }))).toContainEqual({
      actorId: null,
      subject: `user:${one.id}`,
      detail: { username: 'zhanggong', name: '张工', by: 'command-line' },
    });
    expect(events).toHaveLength(3);
  } finally {
    await database.close();
  }
}, 120_000);

test('a user name that exists is refused without a stack trace, and nothing changes', async () => {
  const { code, output } = await run(['zhanggong', '别人'], { ADMIN_PASSWORD: 'another-fine-password-9' });
  expect(code).toBe(1);
  expect(output).toContain('已经有叫“zhanggong”的账号，它没有任何改动');
  expect(output).not.toMatch(/^\s+at /m);
  const usage = await run([]);
  expect(usage).toEqual({ code: 1, output: expect.stringContaining('用法：npm run cli admin:create') });
}, 60_000);

test('a wrong field is named, and nothing is written', async () => {
  const database = await own.open();
  try {
    const { prisma } = database;
    const before = await prisma.user.count();
    for (const [username, name, password, field, told] of [
      ['zhao', '赵', 'short', 'password', '至少要 8 个字符'],
      ['zhao', '赵', 'password123', 'password', '太常见'],
      // Production refuses it at every sign-in.
      ['zhao', '赵', 'dev-pass-2026', 'password', '太常见'],
      ['zhao', '赵', 'my-zhao-word-7', 'password', '不能包含用户名'],
      ['', '赵', null, 'username', '不能为空'],
      ['zhao', ' ', null, 'name', '不能为空'],
    ] as const) {
      const wanted = { username, name, password, keepsPasswords: true };
      expect(await createAdministrator(prisma, wanted, Date.now())).toEqual({
        outcome: 'invalid',
        field,
        message: expect.stringContaining(told),
      });
    }
    expect(await prisma.user.count()).toBe(before);
  } finally {
    await database.close();
  }
}, 60_000);
