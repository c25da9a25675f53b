import { people } from '../../../scripts/emulator/people.ts';
import { development } from '../../config/constants.ts';
import { type Built, build } from '../../testing/build.ts';
import { until } from '../../testing/client.ts';
import { bearer, expectFault, get, post, rowCounts } from '../../testing/http.ts';
import { csvOf, importFile, jobOver, previewOf, type Rows, startOf, upload } from '../../testing/import.ts';
import type { ImportStart } from './contract.ts';
import { decodeCsv } from './decode.ts';

const head = ['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id', '员工编码', '超级高管', '初始密码'];

let server: Built;
let admin: string;
let adminId: string;

beforeAll(async () => {
  server = await build();
  admin = await server.tokenOf('admin');
  adminId = (await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } })).id;
});
afterAll(() => server?.close());

const person = (username: string) => server.prisma.user.findUnique({ where: { username } });

/** Nothing but sessions' times may differ. */
async function everything() {
  const users = await server.prisma.user.findMany({ orderBy: { username: 'asc' } });
  return {
    users,
    counts: { ...(await rowCounts(server.prisma)), jobs: await server.prisma.importJob.count() },
  };
}

const preview = (rows: Rows, query: Record<string, string> = {}) =>
  previewOf(server, csvOf(rows), admin, query);
const run = (rows: Rows, query: Record<string, string> = {}) => importFile(server, csvOf(rows), admin, query);

async function resultOf(jobId: string, token = admin, encoding = 'utf-8') {
  const response = await server.app.inject({
    method: 'POST',
    url: `/api/admin/import/jobs/${jobId}/result?encoding=${encoding}`,
    headers: bearer(token),
  });
  if (response.statusCode !== 200) return { status: response.statusCode, lines: [] as string[] };
  const decoded = decodeCsv(response.rawPayload);
  if ('problem' in decoded) throw new Error(decoded.problem);
  expect(decoded.encoding).toBe(encoding === 'utf-8' ? 'utf-8-bom' : 'gb18030');
  return { status: 200, lines: decoded.text.split('\r\n').slice(0, -1) };
}

const passwordsGone = (id: string) =>
  until(
    async () => (await server.prisma.importJob.findUniqueOrThrow({ where: { id } })).passwords === null,
    10_000,
    'the passwords are gone',
  );

describe('the preview', () => {
  test('tells what would be new, what would change, and what stays; and writes nothing', async () => {
    const before = await everything();
    const zhangsan = await person('zhangsan');
    const shown = await preview([
      head,
      ['xinren', '新人𠮷', '10012340001', '办公室', '审计员', 'p-1', 'GE_1', '是', ''],
      ['zhangsan', '张三丰', '', '新部门', '', '', '', '', 'ignored-password'],
      ['lisi', '', '', '', '', '', '', '', ''],
    ]);
    expect(await everything()).toEqual(before);
    expect(shown).toMatchObject({
      encoding: 'utf-8-bom',
      columns: head,
      rows: 3,
      created: 1,
      changed: 1,
      unchanged: 1,
      passwords: { given: 0, generated: 0, unused: 1 },
      problems: [],
      problemCount: 0,
      token: expect.any(String),
      roleChanges: [{ row: 2, username: 'xinren', name: '新人𠮷', before: null, after: 'AUDITOR' }],
      roleChangeCount: 1,
    });
    expect(shown.samples).toEqual([
      {
        row: 2,
        username: 'xinren',
        name: '新人𠮷',
        kind: 'created',
        changes: [
          { field: '姓名', before: null, after: '新人𠮷' },
          { field: '手机号', before: null, after: '100****0001' },
          { field: '部门', before: null, after: '办公室' },
          { field: '角色', before: null, after: '审计员' },
          { field: '平台账号 id', before: null, after: 'p-1' },
          { field: '员工编码', before: null, after: 'GE_1' },
          { field: '超级高管', before: null, after: '是' },
        ],
      },
      {
        row: 3,
        username: 'zhangsan',
        name: '张三丰',
        kind: 'changed',
        changes: [
          { field: '姓名', before: zhangsan?.name, after: '张三丰' },
          { field: '部门', before: zhangsan?.department, after: '新部门' },
        ],
      },
    ]);
  });

  test('finds what clashes with the people who are there', async () => {
    const [zhangsan, lisi] = [await person('zhangsan'), await person('lisi')];
    const shown = await preview([
      head,
      ['new1', '甲', zhangsan?.mobile ?? '', '', '', '', '', '', ''],
      ['new2', '乙', '', '', '', zhangsan?.dingUserId ?? '', '', '', ''],
      ['new3', '', '', '', '', '', '', '', ''],
      ['new4', '丁', '', '', '', '', '', '', 'short'],
      ['new5', '戊', '', '', '', '', '', '', 'password1'],
      ['new66', '己', '', '', '', '', '', '', 'xx-new66-xx'],
      ['chenguang', '', lisi?.mobile ?? '', '', '', '', '', '', ''],
      ['zhouba', '', '', '', '', 'another-id', '', '', ''],
      ['admin', '', '', '', '普通用户', '', '', '', ''],
    ]);
    expect(shown.token).toBeNull();
    expect(shown.problems.map(({ row, message }) => `${row} ${message}`)).toEqual([
      `2 “手机号”已经是${zhangsan?.name}（zhangsan）的。请核对。`,
      `3 “平台账号 id”已经是${zhangsan?.name}（zhangsan）的。如果是同一个人，请把用户名改成 zhangsan。`,
      '4 “姓名”不能为空，这是新增的人。',
      '5 “初始密码”太短，至少 8 个字。',
      '6 “初始密码”太常见，容易被猜到。',
      '7 “初始密码”不能包含用户名。',
      `8 “手机号”已经是${lisi?.name}（lisi）的。请核对。`,
      '9 “平台账号 id”和已绑定的不同。要换绑，请先到“人员”页解除绑定。',
      '10 “角色”不能改：这是你自己，导入不能撤掉自己的管理员角色。',
    ]);
    expect(JSON.stringify(shown)).not.toContain(zhangsan?.mobile ?? '?');
  });

  test('shows the first problems of many, and how many there are', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => [`u${at}`, '', 'x']);
    const shown = await preview([['用户名', '姓名', '手机号'], ...rows]);
    expect([shown.problems.length, shown.problemCount, shown.rows]).toEqual([200, 500, 500]);
  });

  test.each(['utf-8', 'gb18030'] as const)('reads %s, and says so', async (encoding) => {
    const shown = await previewOf(server, csvOf([head, ['ren', '𠮷野']], encoding), admin);
    expect(shown).toMatchObject({ encoding: encoding === 'utf-8' ? 'utf-8-bom' : encoding, created: 1 });
    expect(shown.samples[0]?.name).toBe('𠮷野');
  });

  test('says what is wrong with a file that is none', async () => {
    const shown = await previewOf(server, Buffer.from('PK\u0003\u0004'), admin);
    expect(shown).toMatchObject({ encoding: null, token: null, problemCount: 1 });
    expect(shown.problems[0]?.message).toMatch(/xlsx/);
  });
});

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
    expect(await server.app.accounts.passwords.matches(ben?.passwordHash ?? null, 'kettle-orbit-4417')).toBe(
      true,
    );
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
    expect((await resultOf(job.id, admin, 'gb18030')).lines).toEqual(lines);
  });

  test('is written to the audit log: once for the file, and once for each person', async () => {
    const job = await run([
      ['用户名', '姓名', '手机号', '角色'],
      ['cai', '蔡', '10012340021', '审计员'],
      ['lisi', '李四改', '10012340022', ''],
    ]);
    const lisi = await person('lisi');
    const cai = await person('cai');
    const audit = await server.prisma.auditLog.findMany({
      where: { OR: [{ subject: `import:${job.id}` }, { detail: { path: ['import'], equals: job.id } }] },
    });
    const bySubject = Object.fromEntries(audit.map((entry) => [entry.subject, entry]));
    const common = { actorId: adminId, address: '127.0.0.1' };
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
    expect(JSON.stringify(server.logs())).not.toMatch(/1001234002/);
  });

  test('lets two people exchange their numbers', async () => {
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

  test('takes a role away at once, also from who is signed in', async () => {
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
    const auditor = await server.tokenOf('chenguang');
    expect((await get(server, '/api/admin/overview', auditor)).statusCode).toBe(200);
    const rows = [
      ['用户名', '角色'],
      ['chenguang', '普通用户'],
    ];
    expect((await preview(rows)).roleChanges).toMatchObject([{ before: 'AUDITOR', after: 'USER' }]);
    await run(rows);
    expectFault(await get(server, '/api/admin/overview', auditor), 403, 'FORBIDDEN');
  });

  test('a person with a platform id from a file signs in without more ado', async () => {
    const wangwu = people.find(({ key }) => key === 'wangwu');
    await run([
      ['用户名', '姓名', '平台账号 id'],
      ['wangwu', '王五', wangwu?.id ?? ''],
    ]);
    expect(await server.login('wangwu')).toMatchObject({ outcome: 'signed-in' });
    expect(await person('wangwu')).toMatchObject({ boundBy: 'PLATFORM_ID', boundAt: expect.any(Date) });
  });
});

describe('generated passwords', () => {
  const rows = [
    ['用户名', '姓名', '平台账号 id', '初始密码'],
    ['gen1', '甲', '', ''],
    ['gen2', '乙', 'p-gen2', ''],
    ['gen3', '丙', '', 'kettle-orbit-4417'],
  ];

  test('are for new people without a platform id, are in the result once, work once, and stand nowhere else', async () => {
    const shown = await preview(rows, { generatePasswords: 'true' });
    expect(shown.passwords).toEqual({ given: 1, generated: 1, unused: 0 });
    const job = await run(rows, { generatePasswords: 'true' });
    expect(job.result).toBe('with-passwords');
    const stored = JSON.stringify(await server.prisma.importJob.findMany());

    const { lines } = await resultOf(job.id);
    expect(lines[0]).toBe('行号,用户名,姓名,结果,改动的内容,初始密码');
    const password = lines[1]?.split(',')[5] ?? '';
    expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect(lines.slice(2).map((line) => line.split(',')[5])).toEqual(['', '']);
    const gen1 = await person('gen1');
    expect(await server.app.accounts.passwords.matches(gen1?.passwordHash ?? null, password)).toBe(true);
    expect(gen1).toMatchObject({ mustChangePassword: true, passwordExpiresAt: expect.any(Date) });

    await passwordsGone(job.id);
    expect((await resultOf(job.id)).lines[1]).toBe('2,gen1,甲,新增,');
    expect((await get(server, `/api/admin/import/jobs/${job.id}`, admin)).json()).toMatchObject({
      result: 'without-passwords',
    });
    const audit = await server.prisma.auditLog.findMany();
    expect(audit).toContainEqual(
      expect.objectContaining({
        action: 'import.passwords-read',
        actorId: adminId,
        subject: `import:${job.id}`,
        detail: { passwords: 1 },
      }),
    );
    expect(stored + JSON.stringify([audit, server.logs()])).not.toContain(password);
    expect(JSON.stringify([audit, server.logs()])).not.toContain('kettle-orbit');
  });

  test('are not for another administrator, and not for ever', async () => {
    const job = await run(
      [
        ['用户名', '姓名'],
        ['gen4', '丁'],
      ],
      { generatePasswords: 'true' },
    );
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'ADMIN' } });
    const other = await server.tokenOf('chenguang');
    const view = (await get(server, `/api/admin/import/jobs/${job.id}`, other)).json();
    expect(view).toMatchObject({ by: '管理员', result: 'without-passwords' });
    expect((await resultOf(job.id, other)).lines).toEqual([
      '行号,用户名,姓名,结果,改动的内容',
      '2,gen4,丁,新增,',
    ]);
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'USER' } });

    // A day later the next import sweeps them.
    const finishedAt = new Date(Date.now() - 25 * 3_600_000);
    await server.prisma.importJob.update({ where: { id: job.id }, data: { finishedAt } });
    await run([
      ['用户名', '姓名'],
      ['gen5', '戊'],
    ]);
    await passwordsGone(job.id);
    await server.prisma.importJob.update({
      where: { id: job.id },
      data: { finishedAt: new Date(Date.now() - 31 * 24 * 3_600_000) },
    });
    await run([
      ['用户名', '姓名'],
      ['gen6', '己'],
    ]);
    expect((await resultOf(job.id)).status).toBe(404);
  });
});

describe('what does not go through', () => {
  const rows = [
    ['用户名', '姓名'],
    ['late', '迟'],
  ];

  test('a file that was changed after the preview, and people who were', async () => {
    const bytes = csvOf(rows);
    const { token } = await previewOf(server, bytes, admin);
    const changed = csvOf([...rows, ['later', '更迟']]);
    const before = await everything();
    expect(await startOf(server, changed, admin, { token: token ?? '' })).toMatchObject({
      outcome: 'changed-meanwhile',
      preview: { created: 2 },
    });
    expect(await startOf(server, bytes, admin, { token: 'x' })).toMatchObject({
      outcome: 'changed-meanwhile',
    });
    const generating = { token: token ?? '', generatePasswords: 'true' };
    expect(await startOf(server, bytes, admin, generating)).toMatchObject({ outcome: 'changed-meanwhile' });
    expect(await everything()).toEqual(before);

    await server.prisma.user.create({ data: { username: 'late', name: '先来的' } });
    const outcome = await startOf(server, bytes, admin, { token: token ?? '' });
    expect(outcome).toMatchObject({ outcome: 'changed-meanwhile', preview: { created: 0, changed: 1 } });
  });

  test('a preview of somebody else', async () => {
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'ADMIN' } });
    const other = await server.tokenOf('chenguang');
    const bytes = csvOf([
      ['用户名', '姓名'],
      ['else', '别'],
    ]);
    const { token } = await previewOf(server, bytes, other);
    expect(await startOf(server, bytes, admin, { token: token ?? '' })).toMatchObject({
      outcome: 'changed-meanwhile',
    });
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'USER' } });
  });

  test.each([
    ['application/json', '{}'],
    ['text/plain', 'x'],
    ['application/octet-stream', 'x'],
    ['application/x-www-form-urlencoded', 'x=1'],
  ])('%s', async (type, payload) => {
    for (const step of ['preview', 'start?token=x']) {
      const response = await server.app.inject({
        method: 'POST',
        url: `/api/admin/import/${step}`,
        payload,
        headers: { 'content-type': type, ...bearer(admin) },
      });
      expectFault(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  test('no file at all, and CSV elsewhere', async () => {
    const nothing = { method: 'POST', url: '/api/admin/import/preview', headers: bearer(admin) } as const;
    expectFault(await server.app.inject(nothing), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const elsewhere = await server.app.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: '用户名',
      headers: { 'content-type': 'text/csv' },
    });
    expectFault(elsewhere, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  test('a file too large', async () => {
    const response = await upload(server, 'preview', Buffer.alloc(10 * 1024 * 1024 + 1, 'x'), admin);
    expectFault(response, 413, 'PAYLOAD_TOO_LARGE');
  });

  test('another site’s page with the cookie', async () => {
    const { cookie } = await h5Cookie();
    const headers = { 'content-type': 'text/csv', cookie };
    const url = '/api/admin/import/preview';
    const own = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect(
      (await server.app.inject({ method: 'POST', url, payload: csvOf(rows), headers: own })).statusCode,
    ).toBe(200);
    const cross = { ...headers, 'sec-fetch-site': 'cross-site' };
    expectFault(
      await server.app.inject({ method: 'POST', url, payload: csvOf(rows), headers: cross }),
      403,
      'FORBIDDEN',
    );
  });

  async function h5Cookie() {
    const response = await post(server, '/api/auth/login', { authCode: server.code('admin'), client: 'h5' });
    return { cookie: String(response.headers['set-cookie']).split(';', 1)[0] ?? '' };
  }

  test('ids of jobs that do not exist', async () => {
    const id = '019ab000-0000-7000-8000-000000000000';
    expectFault(await get(server, `/api/admin/import/jobs/${id}`, admin), 404, 'NOT_FOUND');
    expect((await resultOf(id)).status).toBe(404);
    expectFault(await get(server, '/api/admin/import/jobs/1', admin), 400, 'INVALID_REQUEST');
  });
});

describe('while it runs', () => {
  const many: Rows = [['用户名', '姓名'], ...Array.from({ length: 60 }, (_, at) => [`many${at}`, '多'])];

  async function startMany(): Promise<string> {
    const query = { generatePasswords: 'true' };
    const { token } = await previewOf(server, csvOf(many), admin, query);
    const started = await startOf(server, csvOf(many), admin, { ...query, token: token ?? '' });
    if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
    return started.jobId;
  }

  test('a second one is told so; a person who is added meanwhile makes it write nothing', async () => {
    const jobId = await startMany();
    const other = csvOf([
      ['用户名', '姓名'],
      ['second', '二'],
    ]);
    const { token } = await previewOf(server, other, admin);
    expect(await startOf(server, other, admin, { token: token ?? '' })).toEqual({
      outcome: 'busy',
      by: '管理员',
      since: expect.any(String),
    });
    await server.prisma.user.create({ data: { username: 'many7', name: '先来的' } });
    const job = await jobOver(server, jobId, admin);
    expect(job).toMatchObject({
      status: 'broken',
      failure: expect.stringMatching(/有人改动/),
      result: 'none',
    });
    expect(await server.prisma.user.count({ where: { name: '多' } })).toBe(0);
    expect(await importFile(server, other, admin)).toMatchObject({ status: 'done' });
    await server.prisma.user.delete({ where: { username: 'many7' } });
  });

  test('a person who is changed meanwhile is not overwritten, and nobody else is written', async () => {
    const rows = [...many, ['zhangsan', '导入的名字']];
    const query = { generatePasswords: 'true' };
    const { token } = await previewOf(server, csvOf(rows), admin, query);
    const started = await startOf(server, csvOf(rows), admin, { ...query, token: token ?? '' });
    if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
    await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { department: '别人改的' } });
    expect(await jobOver(server, started.jobId, admin)).toMatchObject({
      status: 'broken',
      failure: expect.stringMatching(/有人改动/),
    });
    expect(await person('zhangsan')).toMatchObject({ name: '张三', department: '别人改的' });
    expect(await server.prisma.user.count({ where: { name: '多' } })).toBe(0);
  });

  test('who is no administrator any more writes nothing', async () => {
    const jobId = await startMany();
    await server.prisma.user.update({ where: { id: adminId }, data: { role: 'USER' } });
    await until(
      async () =>
        (await server.prisma.importJob.findUniqueOrThrow({ where: { id: jobId } })).status === 'BROKEN',
      30_000,
      'the import is broken off',
    );
    await server.prisma.user.update({ where: { id: adminId }, data: { role: 'ADMIN' } });
    admin = await server.tokenOf('admin');
    expect(await jobOver(server, jobId, admin)).toMatchObject({
      failure: expect.stringMatching(/管理员角色/),
    });
    expect(await server.prisma.user.count({ where: { name: '多' } })).toBe(0);
  });

  test('one that somebody has taken for dead writes nothing', async () => {
    const jobId = await startMany();
    await server.prisma.importJob.update({
      where: { id: jobId },
      data: { status: 'BROKEN', failure: 'STOPPED' },
    });
    const other = csvOf([
      ['用户名', '姓名'],
      ['third', '三'],
    ]);
    const { token } = await previewOf(server, other, admin);
    // Over once the lock is free.
    let next: ImportStart | undefined;
    await until(
      async () => {
        next = await startOf(server, other, admin, { token: token ?? '' });
        return next.outcome === 'started';
      },
      30_000,
      'the import has ended',
    );
    if (next?.outcome !== 'started') throw new Error(JSON.stringify(next));
    expect(await jobOver(server, next.jobId, admin)).toMatchObject({ status: 'done' });
    expect(await server.prisma.user.count({ where: { name: '多' } })).toBe(0);
    expect(await jobOver(server, jobId, admin)).toMatchObject({ failure: expect.stringMatching(/中断/) });
  });

  test('one that is taken for dead at the very end writes nothing either', async () => {
    const { prisma } = server;
    await prisma.$executeRawUnsafe(`
      CREATE FUNCTION bury() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE import_jobs SET status = 'BROKEN' WHERE status = 'RUNNING'; RETURN NULL; END $$`);
    await prisma.$executeRawUnsafe(`
      CREATE TRIGGER buries AFTER INSERT ON audit_log FOR EACH ROW
      WHEN (NEW.action = 'people.imported') EXECUTE FUNCTION bury()`);
    const job = await run([
      ['用户名', '姓名'],
      ['buried', '埋'],
    ]);
    await prisma.$executeRawUnsafe('DROP TRIGGER buries ON audit_log');
    expect(job).toMatchObject({ status: 'broken', result: 'none' });
    expect(await person('buried')).toBeNull();
  });

  test('one whose process has died is told so after a while', async () => {
    const dead = await server.prisma.importJob.create({
      data: {
        actorId: adminId,
        fileHash: '',
        rows: 1,
        created: 1,
        changed: 0,
        unchanged: 0,
        seenAt: new Date(Date.now() - 31_000),
      },
    });
    const { items } = (await get(server, '/api/admin/import/jobs', admin)).json();
    expect(items.find(({ id }: { id: string }) => id === dead.id)).toMatchObject({
      status: 'broken',
      failure: '导入中断了：服务停止或重启过。没有写入任何内容，请重新选择文件导入。',
    });
  });

  test('a stop of the server breaks it off, and nothing of it is written', async () => {
    const other = await build({ database: server.database, emulator: server.emulator });
    const token = await other.tokenOf('admin');
    const query = { generatePasswords: 'true' };
    const bytes = csvOf(many);
    const shown = await previewOf(other, bytes, token, query);
    const started = await startOf(other, bytes, token, { ...query, token: shown.token ?? '' });
    if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
    await other.close();
    expect(await jobOver(server, started.jobId, admin)).toMatchObject({
      status: 'broken',
      failure: expect.stringMatching(/服务停止/),
    });
    expect(await server.prisma.user.count({ where: { name: '多' } })).toBe(0);
  });
});

test('the template has the columns that the guide explains, in both encodings', async () => {
  const guide = (await get(server, '/api/admin/import/guide', admin)).json();
  expect(guide).toMatchObject({ maxBytes: 10 * 1024 * 1024, maxRows: 30_000 });
  for (const encoding of ['utf-8', 'gb18030']) {
    const response = await get(server, `/api/admin/import/template?encoding=${encoding}`, admin);
    expect(response.headers['content-disposition']).toContain(encodeURIComponent('人员导入模板.csv'));
    const decoded = decodeCsv(response.rawPayload);
    expect(decoded).toEqual({
      encoding: encoding === 'utf-8' ? 'utf-8-bom' : 'gb18030',
      text: `${guide.columns.map(({ title }: { title: string }) => title).join(',')}\r\n`,
    });
  }
});

test('where another system keeps the passwords, none are taken', async () => {
  const other = await build({
    database: server.database,
    emulator: server.emulator,
    env: { CREDENTIALS_URL: 'http://127.0.0.1:9/', CREDENTIALS_SECRET: development.secretKey },
  });
  try {
    const token = await other.tokenOf('admin');
    const file = [
      ['用户名', '姓名', '初始密码'],
      ['ext', '外', 'kettle-orbit-4417'],
    ];
    const shown = await previewOf(other, csvOf(file), token);
    expect(shown.problems[0]?.message).toBe('“初始密码”不能填：密码由你们的账号系统管理。');
    const without = csvOf([
      ['用户名', '姓名'],
      ['ext', '外'],
    ]);
    const generated = await previewOf(other, without, token, { generatePasswords: 'true' });
    expect(generated.passwords).toEqual({ given: 0, generated: 0, unused: 0 });
  } finally {
    await other.close();
  }
});
