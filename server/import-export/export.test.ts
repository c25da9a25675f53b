import http from 'node:http';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { bearer, expectFault } from '../testing/http.ts';
import { decodeCsv, previewOf } from '../testing/import.ts';
import { exportedPeople } from './export-people.ts';

let server: Built;
let admin: string;
let auditor: string;

beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  admin = await server.tokenOf('admin');
  auditor = await server.tokenOf('chenguang');
});
afterAll(() => server?.close());

const send = (body: object, token = admin) =>
  server.app.inject({
    method: 'POST',
    url: '/api/admin/export/people',
    payload: body,
    headers: bearer(token),
  });

async function exported(body: object, token = admin) {
  const response = await send(body, token);
  if (response.statusCode !== 200) throw new Error(response.body);
  const decoded = decodeCsv(response.rawPayload);
  if ('problem' in decoded) throw new Error(decoded.problem);
  const lines = decoded.text.split('\r\n').slice(0, -1);
  return {
    ...decoded,
    bytes: response.rawPayload,
    lines,
    usernames: lines.slice(1).map((line) => line.split(',')[0]),
  };
}

const lastExport = () =>
  server.prisma.auditLog.findFirst({ where: { action: 'people.exported' }, orderBy: { at: 'desc' } });

test('an export has everybody, the latest first, with masked mobile numbers', async () => {
  const { lines, usernames } = await exported({});
  const people = await server.prisma.user.findMany({ orderBy: { id: 'desc' } });
  expect(lines[0]).toBe(
    '用户名,姓名,手机号,部门,角色,平台账号 id,员工编码,超级高管,状态,绑定,绑定时间,离开组织的时间,创建时间',
  );
  expect(usernames).toEqual(people.map(({ username }) => username));
  const zhangsan = people.find(({ username }) => username === 'zhangsan');
  const line = lines.find((one) => one.startsWith('zhangsan,'));
  const { name, department, dingUserId, employeeCode, mobile } = zhangsan ?? {};
  const masked = `${mobile?.slice(0, 3)}****${mobile?.slice(-4)}`;
  expect(line).toMatch(
    new RegExp(
      `^zhangsan,${name},${masked.replaceAll('*', '\\*')},${department},普通用户,${dingUserId},${employeeCode ?? ''},否,正常,已绑定,2026-01-05 09:00:00,,`,
    ),
  );
  for (const { mobile: full } of people) if (full) expect(lines.join()).not.toContain(full);
  expect(await lastExport()).toMatchObject({
    subject: 'export:people',
    address: '127.0.0.1',
    detail: { filters: {}, mobiles: 'masked', format: 'csv' },
  });
});

test('full numbers are for administrators, and the audit log says so', async () => {
  const people = await server.prisma.user.findMany({ where: { mobile: { not: null } } });
  const { lines } = await exported({ mobiles: 'full' });
  for (const { mobile } of people) expect(lines.join()).toContain(mobile);
  expect(await lastExport()).toMatchObject({ detail: { mobiles: 'full' } });
  expectFault(await send({ mobiles: 'full' }, auditor), 403, 'FORBIDDEN');
  expect((await exported({}, auditor)).lines.length).toBeGreaterThan(1);
});

test('an export has the filters of the list; an auditor cannot search for numbers', async () => {
  const zhangsan = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  expect((await exported({ q: 'zhangsan' })).usernames).toEqual(['zhangsan']);
  expect((await exported({ q: zhangsan.mobile })).usernames).toEqual(['zhangsan']);
  expect(JSON.stringify(await lastExport())).not.toContain(zhangsan.mobile);
  expect((await exported({ q: zhangsan.mobile }, auditor)).usernames).toEqual([]);
  expect((await exported({ role: 'ADMIN' })).usernames).toEqual(['admin']);
  expect((await exported({ binding: 'unbound' })).usernames).toContain('lisi');
  expect((await exported({ status: 'disabled' })).usernames).toEqual(['zhouba']);
  expect((await exported({ superExecutive: true })).usernames).toEqual(['chenguang']);
  for (const body of [{ mobiles: 'some' }, { format: 'gbk' }, { more: 1 }, { role: 'BOSS' }, { q: '\0' }]) {
    expectFault(await send(body), 400, 'INVALID_REQUEST');
  }
});

test.each(['csv', 'csv-gb18030'])(
  'an export in %s has no formulas, and its import changes nothing',
  async (format) => {
    const odd = { username: `=odd-${format}`, name: '@𠮷', department: '-1+1,"x"', mobile: null };
    const { id } = await server.prisma.user.create({ data: odd });
    const file = await exported({ format, mobiles: 'full' });
    expect(file.encoding).toBe(format === 'csv' ? 'utf-8-bom' : 'gb18030');
    expect(file.lines).toContainEqual(
      expect.stringMatching(new RegExp(`^'=odd-${format},'@𠮷,,"'-1\\+1,""x""",`)),
    );
    const again = await previewOf(server, file.bytes, admin);
    expect(again).toMatchObject({
      problemCount: 0,
      created: 0,
      changed: 0,
      unchanged: file.lines.length - 1,
    });
    expect(again.ignoredColumns).toEqual(['状态', '绑定', '绑定时间', '离开组织的时间', '创建时间']);
    await server.prisma.user.delete({ where: { id } });
  },
);

describe('with many people', () => {
  beforeAll(async () => {
    await server.prisma.user.createMany({
      data: Array.from({ length: 5000 }, (_, at) => ({ username: `many${at}`, name: `多${at}` })),
    });
  });
  afterAll(() => server.prisma.user.deleteMany({ where: { username: { startsWith: 'many' } } }));

  test('each person comes once, also if few match', async () => {
    const { usernames } = await exported({});
    expect(usernames).toHaveLength(await server.prisma.user.count());
    expect(new Set(usernames).size).toBe(usernames.length);
    expect((await exported({ q: 'zhangsan' })).usernames).toEqual(['zhangsan']);
  });

  test('only a part is read before the receiver takes it', async () => {
    const batches = exportedPeople(server.prisma, {}, { searchMobiles: true, fullMobiles: false });
    const first = await batches.next();
    expect(first.value?.length).toBeLessThanOrEqual(2000);
    await batches.return(undefined);
  });

  test('a receiver who disconnects ends the export, and the server works on', async () => {
    const url = await server.url();
    const before = (await server.database.prisma.$queryRaw<unknown[]>`SELECT 1`).length;
    await new Promise<void>((resolve, reject) => {
      const request = http.request(`${url}/api/admin/export/people`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(admin) },
      });
      request.on('response', (response) => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
        response.on('error', () => {});
      });
      request.on('error', reject);
      request.end('{}');
    });
    expect(before).toBe(1);
    await until(async () => (await exported({})).usernames.length > 5000, 10_000, 'the next export works');
    expect(server.logs().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
