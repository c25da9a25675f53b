import { PlatformError } from '../platform/platform.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { expectFault, get, post } from '../testing/http.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
  // No route of the template's asks the platform for somebody who is signed in; a vendor's may.
  server.app.get('/test/misconfigured', { preHandler: server.app.authenticate }, async () => {
    throw new PlatformError('misconfigured', '/some/api', 'refused', { remedy: '请管理员申请权限' });
  });
});
afterAll(() => server?.close());
beforeEach(async () => {
  await server.prisma.superExecutiveFault.deleteMany();
});

/** What the log says of a request: its faults' level (50 error, 60 fatal), mark, code and text. */
function logged({ headers }: { headers: Record<string, unknown> }) {
  return server
    .logs()
    .filter((line) => line.reqId === headers['x-request-id'] && 'code' in line)
    .map(({ level, superExecutive, code, msg }) => ({ level, superExecutive, code, msg }));
}

/** Waits for what is written beside the answer. */
async function rows(count: number) {
  await until(async () => (await server.prisma.superExecutiveFault.count()) >= count, 5000, 'it is written');
  return server.prisma.superExecutiveFault.findMany({
    select: { code: true, method: true, route: true, requestId: true, user: { select: { username: true } } },
  });
}

/** Runs `work` while a statement is in force that `end` undoes. */
async function during<T>(begin: string, end: string, work: () => Promise<T>): Promise<T> {
  await server.prisma.$executeRawUnsafe(begin);
  try {
    return await work();
  } finally {
    await server.prisma.$executeRawUnsafe(end);
  }
}

test('a fault that a 超级高管 meets is logged one level higher, and marked', async () => {
  const [ordinary, executive] = [await server.tokenOf('zhangsan'), await server.tokenOf('chenguang')];
  const failing = vi
    .spyOn(server.prisma.session, 'findMany')
    .mockRejectedValue(new Error('broken for the test'));
  const theirs = await get(server, '/api/me/sessions', ordinary);
  const severe = await get(server, '/api/me/sessions', executive);
  failing.mockRestore();
  for (const answer of [theirs, severe]) expectFault(answer, 500, 'INTERNAL_ERROR');
  const code = 'INTERNAL_ERROR';
  expect(logged(theirs)).toEqual([{ level: 50, code, msg: 'request failed' }]);
  const msg = 'request of a super executive failed';
  expect(logged(severe)).toEqual([{ level: 60, superExecutive: true, code, msg }]);
  expect(await rows(1)).toMatchObject([{ requestId: severe.headers['x-request-id'] }]);
});

test('a misconfiguration that a 超级高管 meets is logged like that, with its remedy', async () => {
  const [ordinary, executive] = [await server.tokenOf('zhangsan'), await server.tokenOf('chenguang')];
  const theirs = await get(server, '/test/misconfigured', ordinary);
  const severe = await get(server, '/test/misconfigured', executive);
  const code = 'PLATFORM_MISCONFIGURED';
  for (const answer of [theirs, severe]) expectFault(answer, 500, code);
  const msg = '请管理员申请权限';
  expect(logged(theirs)).toEqual([{ level: 50, code, msg }]);
  expect(logged(severe)).toEqual([{ level: 60, superExecutive: true, code, msg }]);
  // A late write would belong to the next test.
  await rows(1);
});

describe('a fault of the sign-in', () => {
  const signIn = (person: string) => post(server, '/api/auth/login', { authCode: server.code(person) });
  const full = <T>(work: () => Promise<T>) =>
    during(
      'ALTER TABLE sessions ADD CONSTRAINT full_up CHECK (false) NOT VALID',
      'ALTER TABLE sessions DROP CONSTRAINT full_up',
      work,
    );

  test.each([
    ['the first', null],
    ['a later', new Date()],
  ])('counts as the person’s if the person is known (%s one)', async (_which, boundAt) => {
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { boundAt } });
    const [severe, theirs] = await full(
      async () => [await signIn('chenguang'), await signIn('zhangsan')] as const,
    );
    for (const answer of [severe, theirs]) expectFault(answer, 500, 'INTERNAL_ERROR');
    expect(logged(severe)).toMatchObject([{ level: 60, superExecutive: true, code: 'INTERNAL_ERROR' }]);
    expect(logged(theirs)).toMatchObject([{ level: 50, superExecutive: undefined }]);
    expect(await rows(1)).toEqual([
      {
        user: { username: 'chenguang' },
        code: 'INTERNAL_ERROR',
        method: 'POST',
        route: '/api/auth/login',
        requestId: severe.headers['x-request-id'],
      },
    ]);
  });

  test('counts as nobody’s before the platform has named the person', async () => {
    server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' });
    const answer = await signIn('chenguang');
    expectFault(answer, 502, 'PLATFORM_FAULT');
    expect(logged(answer)).toMatchObject([{ level: 50, superExecutive: undefined }]);
  });
});
