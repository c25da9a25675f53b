import type { AdminOverview } from '../../contract.ts';
import { type Built, build } from '../../testing/build.ts';
import { expectFault, get, ticketOf } from '../../testing/http.ts';

const api = '/topapi/v2/user/getuserinfo';
let server: Built;
let admin: string;
beforeAll(async () => {
  server = await build();
  admin = await server.tokenOf('admin');
});
afterAll(() => server?.close());

const overview = async () => (await get(server, '/api/admin/overview', admin)).json<AdminOverview>();
const failing = (kind: 'ip-not-whitelisted' | 'no-permission' | 'status', times = 1) => {
  server.emulator.control.fault({ path: api, kind, times });
  return server.login('zhangsan').catch((error: Error) => error.message);
};

test('is for administrators and auditors', async () => {
  expectFault(await get(server, '/api/admin/overview'), 401, 'SESSION_EXPIRED');
  expectFault(await get(server, '/api/admin/overview', await server.tokenOf('zhangsan')), 403, 'FORBIDDEN');
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  const auditor = await server.tokenOf('chenguang');
  expect((await get(server, '/api/admin/overview', auditor)).statusCode).toBe(200);
});

test('is empty when all is well', async () => {
  expect(await overview()).toEqual({
    problems: [],
    heldBack: [],
    locked: [],
    eventLagSeconds: 0,
    messages: { failed: 0, uncertain: 0 },
  });
});

test('names the IP to whitelist and the permission to apply for, until the API answers again', async () => {
  await failing('ip-not-whitelisted');
  await failing('ip-not-whitelisted');
  await failing('no-permission');
  const { problems } = await overview();
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatchObject({ api, upstreamCode: '60011', count: 1 });
  expect(problems[0]?.remedy).toMatch(/qyapi_\w+|权限/);
  expect(problems[1]).toMatchObject({ api, upstreamCode: '60020', count: 2 });
  expect(problems[1]?.remedy).toContain('203.0.113.9');
  await server.login('zhangsan');
  expect((await overview()).problems).toEqual([]);
});

test('lists who is locked, and what is held back', async () => {
  const ticket = await ticketOf(server, 'lisi');
  for (let at = 0; at < 5; at += 1) await server.bind({ ticket, username: 'lisi', password: 'wrong' });
  expect((await overview()).locked.map(({ subject }) => subject).sort()).toEqual([
    'account:lisi',
    'person:270102',
  ]);
  for (let at = 0; at < 12; at += 1) await failing('status');
  expect((await overview()).heldBack).toEqual([{ api, state: 'open' }]);
});
