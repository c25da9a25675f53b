import { people } from '../../scripts/emulator/index.ts';
import type { PeoplePage } from '../contract/people.ts';
import { expectFault, get } from '../testing/http.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();
const { person, everything, preview, run, resultOf } = pages;

const head = ['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id', '员工编码', '超级高管', '初始密码'];

describe('an import', () => {
  test('adds and changes; the same file again changes nothing', async () => {
    const zhangsan = await person('zhangsan');
    const rows = [
      head,
      ['ann', '安𠮷', '10012340011', '一处', '', 'p-ann', 'GE_11', '否', ''],
      ['ben', '本', '', '', '审计员', '', '', '是', 'kettle-orbit-4417'],
      ['zhangsan', '', '', '二处', '', '', '清空', '', 'another-password-1'],
    ];
    const job = await run(rows);
    expect(job).toMatchObject({
      status: 'done',
      rows: 3,
      created: 2,
      changed: 1,
      unchanged: 0,
      failure: null,
    });
    expect(await person('ann')).toMatchObject({
      name: '安𠮷',
      mobile: '10012340011',
      department: '一处',
      role: 'USER',
      status: 'ACTIVE',
      dingUserId: 'p-ann',
      boundAt: null,
      employeeCode: 'GE_11',
      isSuperExecutive: false,
      passwordHash: null,
      mustChangePassword: false,
    });
    const ben = await person('ben');
    expect(ben).toMatchObject({ role: 'AUDITOR', isSuperExecutive: true, mustChangePassword: true });
    expect(
      await pages.server.app.accounts.passwords.matches(ben?.passwordHash ?? null, 'kettle-orbit-4417'),
    ).toBe(true);
    expect(await person('zhangsan')).toMatchObject({
      name: zhangsan?.name,
      mobile: zhangsan?.mobile,
      department: '二处',
      employeeCode: null,
      passwordHash: zhangsan?.passwordHash,
      boundAt: zhangsan?.boundAt,
    });

    const before = await everything();
    const again = await preview(rows);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 3, token: null, problemCount: 0 });
    expect(await everything()).toEqual(before);

    const { lines } = await resultOf(job.id);
    expect(lines).toEqual([
      '行号,用户名,姓名,结果,改动的内容',
      '2,ann,安𠮷,新增,',
      '3,ben,本,新增,',
      `4,zhangsan,${zhangsan?.name},更新,部门、员工编码`,
    ]);
    expect((await resultOf(job.id, pages.admin, 'csv-gb18030')).lines).toEqual(lines);
  });

  test('lists new people in the order of the file, before all others', async () => {
    const order = Array.from({ length: 9 }, (_, at) => `order-${(at * 7) % 9}`);
    await run([['用户名', '姓名'], ...order.map((username) => [username, '新人'])]);
    const page = (await get(pages.server, '/api/admin/people', pages.admin)).json<PeoplePage>();
    expect(page.items.slice(0, 9).map(({ username }) => username)).toEqual(order);
  });

  test('is written to the audit log: once for the file, and once for each person', async () => {
    const job = await run([
      ['用户名', '姓名', '手机号', '角色'],
      ['cai', '蔡', '10012340021', '审计员'],
      ['lisi', '李四改', '10012340022', ''],
    ]);
    const lisi = await person('lisi');
    const cai = await person('cai');
    const audit = await pages.server.prisma.auditLog.findMany({
      where: { OR: [{ subject: `import:${job.id}` }, { detail: { path: ['import'], equals: job.id } }] },
    });
    const bySubject = Object.fromEntries(audit.map((entry) => [entry.subject, entry]));
    const common = { actorId: pages.adminId, address: '127.0.0.1' };
    expect(audit).toHaveLength(3);
    expect(bySubject[`import:${job.id}`]).toMatchObject({
      ...common,
      action: 'people.imported',
      detail: {
        fileHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        rows: 2,
        created: 1,
        changed: 1,
        unchanged: 0,
        passwords: 0,
      },
    });
    expect(bySubject[`user:${cai?.id}`]).toMatchObject({
      ...common,
      action: 'person.imported',
      detail: {
        row: 2,
        after: { username: 'cai', name: '蔡', mobile: '100****0021', role: 'AUDITOR' },
      },
    });
    expect(bySubject[`user:${lisi?.id}`]).toMatchObject({
      detail: {
        row: 3,
        before: { name: '李四', mobile: expect.stringMatching(/^\d{3}\*{4}\d{4}$/) },
        after: { name: '李四改', mobile: '100****0022' },
      },
    });
    expect(JSON.stringify(audit)).not.toMatch(/1001234002/);
    expect(JSON.stringify(pages.server.logs())).not.toMatch(/1001234002/);
  });

  test('can swap the numbers of two people', async () => {
    await run([
      ['用户名', '姓名', '手机号', '平台账号 id'],
      ['swap1', '一', '10012340031', 's-1'],
      ['swap2', '二', '10012340032', 's-2'],
    ]);
    const job = await run([
      ['用户名', '手机号', '平台账号 id'],
      ['swap1', '10012340032', 's-2'],
      ['swap2', '10012340031', 's-1'],
    ]);
    expect(job).toMatchObject({ status: 'done', changed: 2 });
    expect(await person('swap1')).toMatchObject({ mobile: '10012340032', dingUserId: 's-2' });
    expect(await person('swap2')).toMatchObject({ mobile: '10012340031', dingUserId: 's-1' });
  });

  test('with another platform id the account no longer counts as left', async () => {
    const leftAt = new Date();
    await pages.server.prisma.user.createMany({
      data: ['gone1', 'gone2'].map((username) => ({
        username,
        name: '走',
        dingUserId: `${username}-a`,
        leftAt,
      })),
    });
    await run([
      ['用户名', '部门', '平台账号 id'],
      ['gone1', '三处', 'gone1-b'],
      ['gone2', '三处', 'gone2-a'],
    ]);
    expect(await person('gone1')).toMatchObject({ dingUserId: 'gone1-b', leftAt: null });
    expect(await person('gone2')).toMatchObject({ department: '三处', leftAt });
  });

  test('removes a role at once, also from a signed-in person', async () => {
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
    const auditor = await pages.server.tokenOf('chenguang');
    expect((await get(pages.server, '/api/admin/overview', auditor)).statusCode).toBe(200);
    const rows = [
      ['用户名', '角色'],
      ['chenguang', '普通用户'],
    ];
    expect((await preview(rows)).roleChanges).toMatchObject([{ before: 'AUDITOR', after: 'USER' }]);
    await run(rows);
    expectFault(await get(pages.server, '/api/admin/overview', auditor), 403, 'FORBIDDEN');
  });

  test('lets a person with a platform id from the file sign in without binding', async () => {
    const wangwu = people.find(({ key }) => key === 'wangwu');
    await run([
      ['用户名', '姓名', '平台账号 id'],
      ['wangwu', '王五', wangwu?.id ?? ''],
    ]);
    expect(await pages.server.login('wangwu')).toMatchObject({ outcome: 'signed-in' });
    expect(await person('wangwu')).toMatchObject({ boundBy: 'PLATFORM_ID', boundAt: expect.any(Date) });
  });
});
