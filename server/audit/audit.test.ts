import { randomUUID } from 'node:crypto'; // part: notices
import fc from 'fast-check';
import type { AuditActions, AuditEntry, AuditPage } from '../contract/audit.ts';
import { datedBack, prepareAudit } from '../testing/audit.ts';
import { bearer, expectFault, get } from '../testing/http.ts';
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

test('an entry says who did what, when, from where, to whom, with the values before and after', async () => {
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
      subject: { text: `${lisi.name}（lisi）`, link: `/people/${lisi.id}` },
      address: '127.0.0.1',
      changes: [
        { field: '手机号', before: expect.stringMatching(/^\d{3}\*{4}\d{4}$/), after: '100****0001' },
        { field: '部门', before: expect.any(String), after: '新处室' },
        { field: '超级高管', before: '否', after: '是' },
      ],
      facts: [
        { name: '行号', value: '2' },
        {
          name: '一起导入的人',
          value: '全部记录',
          link: expect.stringMatching(/^\/audit\?text=[0-9a-f-]{36}$/),
        },
      ],
    },
  ]);
});

test('an entry of an import leads to all people of the import', async () => {
  const rows = ['together-1', 'together-2'].map((username) => [username, '一起']);
  await importFile(pages.server, csvOf([['用户名', '姓名'], ...rows]), pages.admin);
  const [entry] = (await search({ subject: 'together-1', action: 'person.imported' })).items;
  const link = entry?.facts.find((fact) => fact.link)?.link ?? '';
  const { items } = await search(Object.fromEntries(new URL(link, 'http://x').searchParams));
  const people = items.filter(({ action }) => action === 'person.imported');
  expect(people.map(({ subject }) => subject?.text).sort()).toEqual([
    '一起（together-1）',
    '一起（together-2）',
  ]);
});

test('an account or platform id is shown as the person’s name with a link; an id of nobody is shown as it is', async () => {
  const { prisma } = pages.server;
  const zhouba = await prisma.user.findUniqueOrThrow({ where: { username: 'zhouba' } });
  const lisi = await prisma.user.findUniqueOrThrow({ where: { username: 'lisi' } });
  const subjects = ['account:lisi', `person:${zhouba.dingUserId}`, 'account:nobody', 'network:192.0.2.1'];
  for (const subject of subjects) await write({ action: 'lockout.cleared', subject });
  const { items } = await search({ action: 'lockout.cleared' });
  const shown = items.slice(0, subjects.length).map(({ subject }) => subject);
  expect(shown.reverse()).toEqual([
    { text: '李四（lisi）', link: `/people/${lisi.id}` },
    { text: '周八（zhouba）', link: `/people/${zhouba.id}` },
    { text: '账号 nobody', link: null },
    { text: '网络地址 192.0.2.1', link: null },
  ]);
});

// part: notices
test('a notice is shown by its title, with a link until it is deleted', async () => {
  const { id } = await pages.server.prisma.notice.create({ data: { title: '现在的标题', body: '一' } });
  const gone = randomUUID();
  await write({ action: 'notice.created', subject: `notice:${id}`, detail: { after: { title: '当时的' } } });
  await write({
    action: 'notice.deleted',
    subject: `notice:${gone}`,
    detail: { before: { title: '删了的' } },
  });
  const about = async (subject: string) => (await search({ subject })).items[0]?.subject;
  expect(await about(`notice:${id}`)).toEqual({ text: '《现在的标题》', link: `/notices/${id}` });
  expect(await about(`notice:${gone}`)).toEqual({ text: '《删了的》', link: null });
});

test('codes and times are shown in Chinese; a value without a Chinese name is shown as it is', () => {
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
      { field: '绑定时间', before: '2026年1月5日 09:00:00', after: null },
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

test('any detail of an entry can be shown as text', () => {
  const digits = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
  const datelike = fc
    .tuple(fc.integer({ min: 0, max: 9999 }), fc.array(digits, { minLength: 5, maxLength: 5 }))
    .map(([year, [month, day, hour, minute, second]]) => {
      return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`;
    });
  const key = fc.oneof(
    fc.constantFrom('role', 'action', 'before', 'after', 'constructor', 'toString', '__proto__'),
    fc.string(),
  );
  const value = fc.oneof(datelike, fc.constantFrom('constructor', 'name', '__proto__'), fc.jsonValue());
  const detail = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)));
  fc.assert(
    fc.property(detail, (told) => {
      const { changes, facts } = describeDetail(told);
      for (const { name, value: words } of facts)
        expect([typeof name, typeof words]).toEqual(['string', 'string']);
      for (const { field, before, after } of changes) {
        expect(typeof field).toBe('string');
        for (const words of [before, after]) expect(words === null || typeof words === 'string').toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('a text that only looks like a time breaks neither the page, nor a person’s history, nor the export', async () => {
  const text = '2026-99-99T99:99:99Z';
  const post = (url: string, payload: object) =>
    pages.server.app.inject({ method: 'POST', url, payload, headers: bearer(pages.auditor) });
  for (const [url, filters] of [
    ['/api/admin/export/people', { q: text }],
    ['/api/admin/audit/export', { text }],
  ] as const) {
    expect((await post(url, filters)).statusCode).toBe(200);
  }
  const { items } = await search({ who: 'chenguang', limit: '2' });
  for (const { facts } of items) expect(facts[0]?.value).toContain(text);
  const history = `/api/admin/people/${pages.ids.chenguang}/history`;
  expect((await get(pages.server, history, pages.auditor)).body).toContain(text);
  expect((await post('/api/admin/audit/export', {})).body).toContain(text);
});

describe('the search', () => {
  const found = async (query: Record<string, string>) => (await search(query)).items.map(({ id }) => id);

  test('finds entries by who acted: user name, name, platform id or id', async () => {
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

  test('finds entries by what was acted on: a person, an account, a platform person, anything else', async () => {
    const account = await write({
      action: 'bind.refused',
      subject: 'account:zhouba',
      detail: { dingUserId: 'x9' },
    });
    const person = await write({ action: 'lockout.cleared', subject: 'person:x9' });
    const other = await write({ action: 'notice.created', subject: 'notice:7' }); // part: notices
    expect(await found({ subject: 'zhouba' })).toContain(account);
    expect(await found({ subject: 'x9' })).toEqual([person]);
    expect(await found({ subject: 'notice:7' })).toEqual([other]); // part: notices
    const shown = (await search({ subject: 'notice:7' })).items[0]; // part: notices
    expect(shown?.subject).toEqual({ text: '一篇公告', link: null }); // part: notices
  });

  test('finds entries by action, address and time', async () => {
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

  test('finds entries by words of people, of subjects and of changes; the last word may be incomplete', async () => {
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
    // An entry that meets two conditions comes once.
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

  test('shows every entry once over all pages, even entries of one millisecond and while new ones come', async () => {
    const at = new Date(Date.now() - 10 * day);
    const rows = Array.from({ length: 25 }, () => ({ action: 'sign-in', subject: 'user:paged', at }));
    await datedBack(pages.server.prisma, (tx) => tx.auditLog.createMany({ data: rows }));
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

  test('refuses an unknown filter', async () => {
    const queries = [
      'limit=0',
      'limit=101',
      'limit=1.5',
      'from=yesterday',
      'from=0000-01-01T00:00:00Z',
      'to=9999-12-31T23:59:59-14:00',
      'to=2016-12-31T23:59:60Z',
      'to=2026-99-99T99:99:99Z',
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
