import { development } from '../config/constants.ts';
import { build } from '../testing/build.ts';
import { get } from '../testing/http.ts';
import { csvOf, decodeCsv, previewOf } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();
const { person, everything, preview } = pages;

const head = ['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id', '员工编码', '超级高管', '初始密码'];

describe('the preview', () => {
  test('shows new, changed and unchanged people, and writes nothing', async () => {
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
      format: 'utf-8-bom',
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

  test('finds conflicts with existing people', async () => {
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
      '10 “角色”不能改：这是您自己，导入不能撤掉自己的管理员角色。',
    ]);
    expect(JSON.stringify(shown)).not.toContain(zhangsan?.mobile ?? '?');
  });

  test('shows the first of many problems, and their number', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => [`u${at}`, '', 'x']);
    const shown = await preview([['用户名', '姓名', '手机号'], ...rows]);
    expect([shown.problems.length, shown.problemCount, shown.rows]).toEqual([200, 500, 500]);
  });

  test.each(['utf-8', 'gb18030'] as const)('reads %s, and names it', async (encoding) => {
    const shown = await previewOf(pages.server, csvOf([head, ['ren', '𠮷野']], encoding), pages.admin);
    expect(shown).toMatchObject({ format: encoding === 'utf-8' ? 'utf-8-bom' : encoding, created: 1 });
    expect(shown.samples[0]?.name).toBe('𠮷野');
  });

  test('reports a broken file', async () => {
    const shown = await previewOf(pages.server, Buffer.from('PK\u0003\u0004'), pages.admin);
    expect(shown).toMatchObject({ format: 'xlsx', token: null, problemCount: 1 });
    expect(shown.problems[0]?.message).toMatch(/损坏/);
  });
});

test('the template has the columns of the guide, in both encodings', async () => {
  const guide = (await get(pages.server, '/api/admin/import/guide', pages.admin)).json();
  expect(guide).toMatchObject({ maxBytes: 10 * 1024 * 1024, maxRows: 30_000 });
  for (const format of ['csv', 'csv-gb18030']) {
    const response = await get(pages.server, `/api/admin/import/template?format=${format}`, pages.admin);
    expect(response.headers['content-disposition']).toContain(encodeURIComponent('人员导入模板.csv'));
    const decoded = decodeCsv(response.rawPayload);
    expect(decoded).toEqual({
      encoding: format === 'csv' ? 'utf-8-bom' : 'gb18030',
      text: `${guide.columns.map(({ title }: { title: string }) => title).join(',')}\r\n`,
    });
  }
});

test('an initial password that is forbidden in production is refused', async () => {
  const { database, emulator } = pages.server;
  const strict = await build({ database, emulator, auth: { forbiddenPasswords: [development.password] } });
  try {
    const file = csvOf([
      ['用户名', '姓名', '初始密码'],
      ['kai', '开', development.password],
    ]);
    const shown = await previewOf(strict, file, pages.admin);
    expect(shown.problems.map(({ message }) => message)).toEqual(['“初始密码”太常见，容易被猜到。']);
    expect((await previewOf(pages.server, file, pages.admin)).problems).toEqual([]);
  } finally {
    await strict.close();
  }
});

test('if another system keeps the passwords, none are accepted', async () => {
  const other = await build({
    database: pages.server.database,
    emulator: pages.server.emulator,
    env: { CREDENTIALS_URL: 'http://127.0.0.1:9/', CREDENTIALS_SECRET: development.secretKey },
  });
  try {
    const token = await other.tokenOf('admin');
    const file = [
      ['用户名', '姓名', '初始密码'],
      ['ext', '外', 'kettle-orbit-4417'],
    ];
    const shown = await previewOf(other, csvOf(file), token);
    expect(shown.problems[0]?.message).toBe('“初始密码”不能填：密码由您单位的账号系统管理。');
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
