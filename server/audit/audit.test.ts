import type { AuditActions, AuditEntry, AuditPage } from '../contract/audit.ts';
import { prepareAudit } from '../testing/audit.ts';
import { expectFault, get } from '../testing/http.ts';
import { csvOf, importFile } from '../testing/import.ts';
import { describeDetail } from './describe.ts';
import { actionNames } from './words.ts';

const day = 24 * 3_600_000;
const pages = prepareAudit();
const { search, write } = pages;

async function readAll(query: Record<string, string>): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: AuditPage = await search({ ...query, ...(cursor === '' ? {} : { cursor }) });
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

test('an entry says who, when, from where, what, to whom, and what was before and after', async () => {
  await importFile(
    pages.server,
    csvOf([
      ['用户名', '部门', '手机号', '超级高管'],
      ['lisi', '新处室', '10012340001', '是'],
    ]),
    pages.admin,
  );
  const lisi = await pages.server.prisma.user.findUniqueOrThrow({ where: { username: 'lisi' } });
  const { items } = await search({ subject: 'lisi', action: 'person.imported' });
  expect(items).toEqual([
    {
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      action: 'person.imported',
      actionName: '导入人员',
      actor: { id: pages.ids.admin, name: '管理员', username: 'admin' },
      subject: `${lisi.name}（lisi）`,
      address: '127.0.0.1',
      changes: [
        { field: '手机号', before: expect.stringMatching(/^\d{3}\*{4}\d{4}$/), after: '100****0001' },
        { field: '部门', before: expect.any(String), after: '新处室' },
        { field: '超级高管', before: '否', after: '是' },
      ],
      facts: [
        { name: '行号', value: '2' },
        { name: '导入编号', value: expect.any(String) },
      ],
    },
  ]);
});

test('codes and instants are put in words; what nobody has a word for stays as it is', () => {
  expect(
    describeDetail({
      before: { role: 'USER', status: 'ACTIVE', boundAt: '2026-01-05T01:00:00.000Z', mobile: null },
      after: { role: 'ADMIN', status: 'DISABLED', boundAt: null, mobile: '100****0000', more: ['a', 1] },
      by: 'reconcile',
      filters: { action: 'sign-in', who: '张三' },
      unknownThing: { x: 1 },
    }),
  ).toEqual({
    changes: [
      { field: '手机号', before: null, after: '100****0000' },
      { field: '角色', before: '普通用户', after: '管理员' },
      { field: '状态', before: '正常', after: '已停用' },
      { field: '绑定时间', before: '2026-01-05 09:00:00', after: null },
      { field: 'more', before: null, after: 'a、1' },
    ],
    facts: [
      { name: '方式', value: '定期核对' },
      { name: '筛选条件', value: '操作人：张三；操作：登录' },
      { name: 'unknownThing', value: 'x：1' },
    ],
  });
  for (const detail of [null, 1, 'x', [], {}])
    expect(describeDetail(detail)).toEqual({ changes: [], facts: [] });
});

describe('the search', () => {
  const found = async (query: Record<string, string>) => (await search(query)).items.map(({ id }) => id);

  test('by who, by user name, name, platform id and id', async () => {
    const id = await write({
      action: 'password.changed',
      who: 'zhangsan',
      subject: `user:${pages.ids.zhangsan}`,
    });
    const zhangsan = await pages.server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
    for (const who of [
      'zhangsan',
      zhangsan.name,
      zhangsan.dingUserId ?? '',
      zhangsan.id,
      zhangsan.id.toUpperCase(),
    ]) {
      expect(await found({ who, action: 'password.changed' })).toEqual([id]);
    }
    expect(await found({ who: 'lisi', action: 'password.changed' })).toEqual([]);
    expect(await found({ who: 'nobody' })).toEqual([]);
    expect(await found({ who: "' OR 1=1 --" })).toEqual([]);
  });

  test('by what it was done to: a person, an account, a platform person, anything else', async () => {
    const account = await write({
      action: 'bind.refused',
      subject: 'account:zhouba',
      detail: { dingUserId: 'x9' },
    });
    const person = await write({ action: 'lockout.cleared', subject: 'person:x9' });
    const other = await write({ action: 'notice.created', subject: 'notice:7' });
    expect(await found({ subject: 'zhouba' })).toContain(account);
    expect(await found({ subject: 'x9' })).toEqual([person]);
    expect(await found({ subject: 'notice:7' })).toEqual([other]);
    expect((await search({ subject: 'notice:7' })).items[0]?.subject).toBe('公告 7');
  });

  test('by action, address and time', async () => {
    const old = await write({ action: 'lockout.cleared', address: '192.0.2.7', ago: 3 * day });
    const older = await write({ action: 'lockout.cleared', address: '192.0.2.7', ago: 5 * day });
    const other = await write({ action: 'sign-out', address: '192.0.2.7', ago: 4 * day });
    const since = (days: number) => new Date(Date.now() - days * day).toISOString();
    expect(await found({ address: '192.0.2.7' })).toEqual([old, other, older]);
    expect(await found({ address: '192.0.2.7', action: 'lockout.cleared' })).toEqual([old, older]);
    expect(await found({ address: '192.0.2.7', from: since(4.5) })).toEqual([old, other]);
    expect(await found({ address: '192.0.2.7', to: since(3.5), from: since(4.5) })).toEqual([other]);
    expect(await found({ address: '192.0.2' })).toEqual([]);
  });

  test('by words: of people, of subjects, and of what was changed, with the last one’s beginning', async () => {
    const one = await write({
      action: 'person.edited',
      who: 'admin',
      subject: `user:${pages.ids.zhouba}`,
      detail: { before: { department: '旧办公室' }, after: { department: '大数据 发展中心' } },
    });
    expect(await found({ text: '大数据' })).toEqual([one]);
    expect(await found({ text: '大数据 发展' })).toEqual([one]);
    expect(await found({ text: '旧办' })).toEqual([one]);
    expect(await found({ text: '旧办公室 没有' })).toEqual([]);
    expect(await found({ text: 'zhouba', action: 'person.edited' })).toEqual([one]);
    expect(await found({ text: '大数据', who: 'admin', subject: 'zhouba' })).toEqual([one]);
    expect(await found({ text: '大数据', who: 'zhangsan' })).toEqual([]);
    // An entry that two ways lead to comes once.
    const both = await write({
      action: 'sign-out',
      who: 'sunqi-none',
      subject: 'user:x',
      detail: { note: 'user:x' },
    });
    expect(await found({ text: 'user:x' })).toEqual([both]);
    for (const text of ['&', "'", ':*', '\\', '(', '！', '%', '<->', '" OR "', "x' | 'y"]) {
      expect(Array.isArray(await found({ text }))).toBe(true);
    }
  });

  test('page by page without gaps or doubles, also in one millisecond and while entries come', async () => {
    const at = new Date(Date.now() - 10 * day);
    const rows = Array.from({ length: 25 }, () => ({ action: 'sign-in', subject: 'user:paged', at }));
    await pages.server.prisma.auditLog.createMany({ data: rows });
    for (const query of [{ subject: 'user:paged' }, { text: 'user:paged' }]) {
      for (const limit of ['1', '7', '25', '100']) {
        const all = await readAll({ ...query, limit });
        expect(new Set(all.map(({ id }) => id)).size).toBe(25);
        expect(all).toHaveLength(25);
      }
    }
    const first = await search({ limit: '2' });
    await write({ action: 'sign-out' });
    const second = await search({ limit: '2', cursor: first.nextCursor ?? '' });
    expect(second.items.map(({ id }) => id)).not.toContain(first.items[1]?.id);
    expect(Date.parse(second.items[0]?.at ?? '')).toBeLessThanOrEqual(Date.parse(first.items[1]?.at ?? ''));
  });

  test('refuses what is no filter of its own', async () => {
    const queries = [
      'limit=0',
      'limit=101',
      'limit=1.5',
      'from=yesterday',
      'cursor=abc',
      'more=1',
      `text=${'x'.repeat(129)}`,
      'who=%00',
    ];
    for (const query of queries) {
      expectFault(
        await get(pages.server, `/api/admin/audit?${query}`, pages.auditor),
        400,
        'INVALID_REQUEST',
      );
    }
  });
});

test('every action has a Chinese name, and can be filtered by; the page is told how long entries are kept', async () => {
  const actions = (await get(pages.server, '/api/admin/audit/actions', pages.auditor)).json<AuditActions>();
  expect(actions.retentionDays).toBe(365);
  expect(actions.items.map(({ action }) => action).sort()).toEqual(Object.keys(actionNames).sort());
  for (const { name } of actions.items) expect(name).toMatch(/^[\u4e00-\u9fff]+$/);
  expect(new Set(actions.items.map(({ name }) => name)).size).toBe(actions.items.length);
});
