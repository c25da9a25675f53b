import type { SampleEntryPage, SampleEntryRows } from '../contract/sample-entry.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';

const unknownId = '01900000-0000-7000-8000-000000000000';
let server: Built;
let reader: string;
let other: string;
let admin: string;
let auditor: string;

beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  reader = await server.tokenOf('zhangsan');
  admin = await server.tokenOf('admin');
  auditor = await server.tokenOf('chenguang');
  other = admin;
});
afterAll(() => server?.close());
beforeEach(() => server.prisma.sampleEntry.deleteMany());

async function write(title = '标题', as = reader, body = '内容'): Promise<string> {
  const response = await post(server, '/api/sample-entry', { title, body }, bearer(as));
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<{ id: string }>().id;
}
async function read<T>(url: string, as: string): Promise<T> {
  const response = await get(server, url, as);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<T>();
}
const setDone = (id: string, done: boolean, as = admin) =>
  post(server, `/api/admin/sample-entry/${id}/done`, { done }, bearer(as));
const titles = (list: { items: { title: string }[] }) => list.items.map(({ title }) => title);

test('who is not signed in reads and writes nothing', async () => {
  expectFault(await get(server, '/api/sample-entry'), 401, 'SESSION_EXPIRED');
  const text = { title: '标题', body: '内容' };
  expectFault(await post(server, '/api/sample-entry', text), 401, 'SESSION_EXPIRED');
  expect(await server.prisma.sampleEntry.count()).toBe(0);
});

test('a person finds what they have written, tidied, and nothing of anybody else', async () => {
  await write(' 第一\n条 ', reader, '一\r\n\r\n二\n');
  await write('别人的', other);
  expect(await read('/api/sample-entry', reader)).toEqual({
    items: [
      {
        id: expect.any(String),
        title: '第一 条',
        body: '一\n\n二',
        createdAt: expect.stringMatching(/Z$/),
        done: false,
      },
    ],
    nextCursor: null,
  });
});

test('the list comes newest first, page by page, without gaps or doubles', async () => {
  for (let at = 1; at <= 5; at += 1) await write(`第 ${at} 条`);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const next = cursor === null ? '' : `&cursor=${cursor}`;
    const page: SampleEntryPage = await read(`/api/sample-entry?limit=2${next}`, reader);
    seen.push(...titles(page));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([5, 4, 3, 2, 1].map((at) => `第 ${at} 条`));
});

test('what is no request is refused, and nothing is stored', async () => {
  for (const body of [
    {},
    { title: '', body: '内容' },
    { title: ' \n ', body: '内容' },
    { title: '标题', body: ' ' },
    { title: '字'.repeat(51), body: '内容' },
    { title: '标题', body: '字'.repeat(2001) },
    { title: '标题', body: 'a\u0000b' },
    { title: '标题', body: '内容', done: true },
  ]) {
    expectFault(await post(server, '/api/sample-entry', body, bearer(reader)), 400, 'INVALID_REQUEST');
  }
  for (const query of ['cursor=abc', 'limit=0', 'limit=51', 'page=2']) {
    expectFault(await get(server, `/api/sample-entry?${query}`, reader), 400, 'INVALID_REQUEST');
  }
  expect(await server.prisma.sampleEntry.count()).toBe(0);
});

test('ordinary people see nothing of the administrators’ side; auditors read and change nothing', async () => {
  const id = await write();
  expectFault(await get(server, '/api/admin/sample-entry', reader), 403, 'FORBIDDEN');
  expectFault(await setDone(id, true, reader), 403, 'FORBIDDEN');
  expect(titles(await read<SampleEntryRows>('/api/admin/sample-entry', auditor))).toEqual(['标题']);
  expectFault(await setDone(id, true, auditor), 403, 'FORBIDDEN');
  expectFault(await setDone(unknownId, true), 404, 'NOT_FOUND');
});

test('administrators find by state and title, page by page', async () => {
  for (let at = 0; at < 3; at += 1) await write(`第 ${at} 条 100%_x`);
  await setDone(await write('办好的', other), true);
  const list = (query: string) => read<SampleEntryRows>(`/api/admin/sample-entry?${query}`, admin);
  expect((await list('')).items[0]).toMatchObject({ title: '办好的', author: '管理员' });
  expect(titles(await list('state=done'))).toEqual(['办好的']);
  expect(await list('state=open&limit=2&page=2')).toMatchObject({
    items: [{ title: '第 0 条 100%_x' }],
    total: 3,
  });
  expect(titles(await list(`search=${encodeURIComponent('0%_X')}`))).toHaveLength(3);
  expect(titles(await list(`search=${encodeURIComponent('%条')}`))).toEqual([]);
  expect(titles(await list('sort=-doneAt'))[0]).toBe('办好的');
  expect(titles(await list('sort=title'))[3]).toBe('第 2 条 100%_x');
});

test('what is done shows so to its author, and the audit log tells who said it, once', async () => {
  const id = await write();
  const answers = await Promise.all([setDone(id, true), setDone(id, true)]);
  for (const answer of answers) expect(answer.json()).toMatchObject({ outcome: 'saved', row: { id } });
  expect(await read('/api/sample-entry', reader)).toMatchObject({ items: [{ id, done: true }] });
  await setDone(id, false);
  expect(await read('/api/sample-entry', reader)).toMatchObject({ items: [{ id, done: false }] });
  const log = await server.prisma.auditLog.findMany({
    where: { subject: `sample-entry:${id}` },
    orderBy: { id: 'asc' },
    select: { action: true, address: true, detail: true },
  });
  const told = { address: '127.0.0.1', detail: { title: '标题' } };
  expect(log).toEqual([
    { action: 'sample-entry.done', ...told },
    { action: 'sample-entry.reopened', ...told },
  ]);
});

test('what a person wrote stays when the person is removed', async () => {
  const leaving = await server.prisma.user.create({ data: { username: 'leaving', name: '离开的人' } });
  await server.prisma.sampleEntry.create({
    data: { title: '留下的', body: '内容', authorId: leaving.id },
  });
  await server.prisma.user.delete({ where: { id: leaving.id } });
  expect(await read('/api/admin/sample-entry', admin)).toMatchObject({
    items: [{ title: '留下的', author: null }],
  });
});
