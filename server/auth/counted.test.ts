import { development } from '../config/constants.ts';
import type { AdminOverview, SignInSeries } from '../contract/overview.ts';
import { type Built, build } from '../testing/build.ts';
import { get, post, ticketOf } from '../testing/http.ts';
import { createPasswords } from './passwords.ts';

const { password } = development;
let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

const signIn = (username: string, typed: string) =>
  post(server, '/api/auth/console/sign-in', { username, password: typed });

/** The samples of a metric, without its name: labels → value. */
async function samples(metric: string): Promise<Record<string, number>> {
  const { body } = await server.app.inject({ url: '/metrics' });
  const lines = body.split('\n').filter((line) => line.startsWith(`${metric}{`));
  return Object.fromEntries(
    lines.map((line) => {
      const [, labels = '', value = ''] = /\{(.*)\} (\d+)$/.exec(line) ?? [];
      return [labels, Number(value)];
    }),
  );
}

test('sign-ins by the platform and by password are counted separately, in the metrics and in the overview', async () => {
  const admin = await server.tokenOf('admin');
  await server.login('sunqi');
  await server.bind({ ticket: await ticketOf(server, 'lisi'), username: 'lisi', password: 'wrong' });
  await signIn('admin', password);
  await signIn('admin', 'wrong');
  await signIn('nobody-at-all', 'wrong');
  await signIn('zhangsan', password);
  const passwordHash = await createPasswords([]).hash('kettle-orbit-4417');
  await server.prisma.user.update({
    where: { username: 'chenguang' },
    data: { role: 'AUDITOR', passwordHash, mustChangePassword: true },
  });
  const { ticket } = (await signIn('chenguang', 'kettle-orbit-4417')).json();
  for (const newPassword of ['short', 'marmalade-lighthouse-7']) {
    await post(server, '/api/auth/console/password', { ticket: ticket.token, newPassword });
  }
  await server.prisma.$executeRaw`ALTER TABLE lockouts RENAME TO lockouts_away`;
  expect((await signIn('admin', password)).statusCode).toBe(500);
  await server.prisma.$executeRaw`ALTER TABLE lockouts_away RENAME TO lockouts`;

  expect(await samples('bindings_total')).toEqual({ 'outcome="bind-rejected INVALID_CREDENTIALS"': 1 });
  expect(await samples('sign_ins_total')).toEqual({
    'outcome="signed-in",by="platform"': 1,
    'outcome="no-permission OUT_OF_RANGE",by="platform"': 1,
    'outcome="bind-required",by="platform"': 1,
    'outcome="signed-in",by="password"': 2,
    'outcome="sign-in-rejected INVALID_CREDENTIALS",by="password"': 2,
    'outcome="no-permission ADMINISTRATORS_ONLY",by="password"': 1,
    'outcome="password-change-required",by="password"': 1,
    'outcome="password-rejected TOO_SHORT",by="password"': 1,
    'outcome="fault INTERNAL_ERROR",by="password"': 1,
  });

  const { series } = (await get(server, '/api/admin/overview', admin)).json<AdminOverview>().signIns;
  const line = ({ by, outcome, reason, total }: SignInSeries) => `${by} ${outcome} ${reason} ${total}`;
  expect(series.map(line).sort()).toEqual([
    'password fault INTERNAL_ERROR 1',
    'password no-permission ADMINISTRATORS_ONLY 1',
    'password password-change-required null 1',
    'password password-rejected TOO_SHORT 1',
    'password sign-in-rejected INVALID_CREDENTIALS 2',
    'password signed-in null 2',
    'platform bind-required null 1',
    'platform no-permission OUT_OF_RANGE 1',
    'platform signed-in null 1',
  ]);
  // The hour may have changed meanwhile.
  for (const { hours, total } of series) expect((hours.at(-1) ?? 0) + (hours.at(-2) ?? 0)).toBe(total);
});
