import type {
  Audience,
  NoticeForAdmin,
  NoticePage,
  NoticeRows,
  NoticeWithDelivery,
  ReaderPage,
  Reading,
} from '../contract/notices.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';

const unknownId = '019ab000-0000-7000-8000-000000000000';
const recallApi = '/topapi/message/corpconversation/recall'; // part: messages
let server: Built;
let admin: string;
let auditor: string;
let reader: string;
let adminId: string;

beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  admin = await server.tokenOf('admin');
  auditor = await server.tokenOf('chenguang');
  reader = await server.tokenOf('zhangsan');
  adminId = (await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } })).id;
});
afterAll(() => server?.close());
beforeEach(async () => {
  await server.prisma.notice.deleteMany();
  await server.prisma.outboxMessage.deleteMany(); // part: messages
  server.emulator.control.clearFaults();
});

const send = (url: string, body: object = {}) =>
  post(server, `/api/admin/notices${url}`, body, bearer(admin));
async function done<T>(url: string, body: object = {}): Promise<T> {
  const response = await send(url, body);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<T>();
}
async function read<T>(url: string): Promise<T> {
  const response = await get(server, `/api/admin/notices${url}`, admin);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<T>();
}
async function write(title = '停电通知', body = '第一段。\n\n第二段。'): Promise<NoticeForAdmin> {
  return (await done<{ notice: NoticeForAdmin }>('', { title, body })).notice;
}
async function publish({ id, version }: NoticeForAdmin) {
  return done<{ outcome: string; receivers: number; notice: NoticeForAdmin }>(`/${id}/publish`, { version });
}
async function withdraw({ id, version }: NoticeForAdmin) {
  return done<{ outcome: string; notice: NoticeForAdmin }>(`/${id}/withdraw`, { version });
}
const deliveryOf = async (id: string) => (await read<NoticeWithDelivery>(`/${id}`)).delivery; // part: messages
const readersSee = async () =>
  (await get(server, '/api/notices', reader)).json<NoticePage>().items.map(({ title }) => title);
const audit = (id: string) =>
  server.prisma.auditLog.findMany({
    where: { subject: `notice:${id}` },
    orderBy: { id: 'asc' },
    select: { action: true, actorId: true, address: true, detail: true },
  });
const recalled = () => server.emulator.control.messages().filter((message) => message.recalled); // part: messages

test('an unknown notice is not found, and a malformed request is refused', async () => {
  for (const url of ['', '/reading', '/readers?read=yes']) {
    expectFault(await get(server, `/api/admin/notices/${unknownId}${url}`, admin), 404, 'NOT_FOUND');
  }
  for (const url of ['', '/delete', '/publish', '/withdraw']) {
    const body = { version: 1, ...(url === '' && { title: 'x', body: 'y' }) };
    expectFault(await send(`/${unknownId}${url}`, body), 404, 'NOT_FOUND');
    expectFault(await send(`/1${url}`, body), 400, 'INVALID_REQUEST');
  }
  for (const body of [
    { title: '', body: 'y' },
    { title: ' \n ', body: 'y' },
    { title: 'x', body: ' ' },
    { title: '字'.repeat(101), body: 'y' },
    { title: 'x', body: '字'.repeat(10_001) },
    { title: 'x', body: 'a\u0000b' },
    { title: 'x', body: 'y', state: 'published' },
  ]) {
    expectFault(await send('', body), 400, 'INVALID_REQUEST');
  }
  for (const query of ['state=gone', 'limit=0', 'limit=101', 'page=0', 'sort=body']) {
    expectFault(await get(server, `/api/admin/notices?${query}`, admin), 400, 'INVALID_REQUEST');
  }
  const { id } = await write();
  for (const query of ['', 'read=maybe', 'read=yes&sort=id']) {
    expectFault(
      await get(server, `/api/admin/notices/${id}/readers?${query}`, admin),
      400,
      'INVALID_REQUEST',
    );
  }
  expect(await server.prisma.notice.count()).toBe(1);
});

describe('a draft', () => {
  test('is written, tidied, changed and deleted, with the texts before and after in the audit log', async () => {
    const created = await write(' 停电\n通知 ', '一\r\n\r\n二\n');
    expect(created).toMatchObject({
      title: '停电 通知',
      body: '一\n\n二',
      state: 'draft',
      author: '管理员',
      version: 1,
      notified: null,
    });
    const { id } = created;
    const change = { version: 1, title: '停水通知', body: '三' };
    expect(await done(`/${id}`, change)).toMatchObject({ outcome: 'saved', notice: { version: 2 } });
    expect(await readersSee()).toEqual([]);
    expect(await done(`/${id}/delete`, { version: 2 })).toEqual({ outcome: 'deleted' });
    expectFault(await get(server, `/api/admin/notices/${id}`, admin), 404, 'NOT_FOUND');
    const by = { actorId: adminId, address: '127.0.0.1' };
    const first = { title: '停电 通知', body: '一\n\n二' };
    const second = { title: '停水通知', body: '三' };
    expect(await audit(id)).toEqual([
      { action: 'notice.created', ...by, detail: { after: first } },
      { action: 'notice.changed', ...by, detail: { before: first, after: second } },
      { action: 'notice.deleted', ...by, detail: { before: second } },
    ]);
  });

  test('of two editors the second one is told, and overwrites nothing', async () => {
    const { id } = await write();
    const change = (title: string) =>
      done<{ outcome: string; current?: NoticeForAdmin }>(`/${id}`, { version: 1, title, body: '正文' });
    const outcomes = await Promise.all([change('甲'), change('乙'), change('丙')]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'conflict', 'saved']);
    const now = (await read<NoticeWithDelivery>(`/${id}`)).notice;
    expect(now.version).toBe(2);
    for (const { current } of outcomes.filter(({ outcome }) => outcome === 'conflict')) {
      expect(current).toMatchObject({ title: now.title, version: 2 });
    }
    expect(await audit(id)).toHaveLength(2);
    for (const url of ['/delete', '/publish']) {
      expect(await done(`/${id}${url}`, { version: 1 })).toMatchObject({
        outcome: 'conflict',
        current: { version: 2, state: 'draft' },
      });
    }
    expect(await server.prisma.outboxMessage.count()).toBe(0); // part: messages
  });

  test('can be found by state and title, page by page', async () => {
    for (let at = 0; at < 5; at += 1) await write(`第 ${at} 号 100%_x`);
    await publish(await write('发布的'));
    const titles = async (query: string) =>
      (await read<NoticeRows>(`?${query}`)).items.map(({ title }) => title);
    expect((await titles(''))[0]).toBe('发布的');
    expect(await titles('state=published')).toEqual(['发布的']);
    expect(await titles('state=withdrawn')).toEqual([]);
    expect(await titles('state=draft')).toHaveLength(5);
    expect(await titles(`search=${encodeURIComponent('0%_X')}`)).toHaveLength(5);
    expect(await titles(`search=${encodeURIComponent('%号')}`)).toEqual([]);
    const seen: string[] = [];
    for (const page of [1, 2, 3]) {
      const { items, total } = await read<NoticeRows>(`?state=draft&limit=2&page=${page}`);
      seen.push(...items.map(({ title }) => title));
      expect(total).toBe(5);
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((at) => `第 ${at} 号 100%_x`));
    expect(await titles('state=draft&sort=title')).toEqual([...seen].reverse());
    expect((await titles('sort=publishedAt'))[0]).toBe('发布的');
    expect((await titles('sort=-notified'))[0]).toBe('发布的');
  });
});

describe('publishing', () => {
  // part: messages
  test('tells beforehand how many people are notified, and notifies exactly these', async () => {
    const { people } = await read<Audience>('/audience');
    const draft = await write();
    const published = await publish(draft);
    expect(published).toMatchObject({
      outcome: 'published',
      receivers: people,
      notice: { state: 'published', notified: people, version: 2 },
    });
    expect(await readersSee()).toEqual(['停电通知']);
    await until(async () => (await deliveryOf(draft.id))?.sent === people, 10_000, 'all are sent');
    expect((await audit(draft.id)).at(-1)).toMatchObject({
      action: 'notice.published',
      actorId: adminId,
      detail: { receivers: people, before: { state: 'draft' }, after: { state: 'published' } },
    });
  });

  test('twice at once publishes once; a published notice cannot be edited or deleted', async () => {
    const draft = await write();
    const outcomes = await Promise.all([publish(draft), publish(draft)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'published']);
    const { id } = draft;
    const change = { version: 2, title: '改', body: '改' };
    for (const [url, body] of [
      ['', change],
      ['/delete', { version: 2 }],
      ['/publish', { version: 2 }],
    ] as const) {
      expect(await done(`/${id}${url}`, body)).toMatchObject({
        outcome: 'conflict',
        current: { state: 'published', title: '停电通知' },
      });
    }
    expect(await audit(id)).toHaveLength(2);
  });
});

describe('withdrawing', () => {
  // part: messages
  test('hides the notice from readers and recalls the sent notifications', async () => {
    const { notice, receivers } = await publish(await write('要撤回的'));
    const { id } = notice;
    await post(server, `/api/notices/${id}/read`, {}, bearer(reader));
    await until(async () => (await deliveryOf(id))?.sent === receivers, 10_000, 'all are sent');
    const before = recalled().length;
    const outcomes = await Promise.all([withdraw(notice), withdraw(notice)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'withdrawn']);
    expect(await readersSee()).toEqual([]);
    const gone = { outcome: 'not-found' };
    expect((await get(server, `/api/notices/${id}`, reader)).json()).toEqual(gone);
    expect((await post(server, `/api/notices/${id}/read`, {}, bearer(reader))).json()).toEqual(gone);
    await until(async () => (await deliveryOf(id))?.recalled === receivers, 10_000, 'all are recalled');
    expect(recalled().length - before).toBe(1);
    expect(await read(`?state=withdrawn`)).toMatchObject({ items: [{ id, state: 'withdrawn' }] });
    expect((await audit(id)).at(-1)).toMatchObject({
      action: 'notice.withdrawn',
      actorId: adminId,
      detail: { before: { state: 'published' }, after: { state: 'withdrawn' } },
    });
    // The readers stay known.
    expect(await read<ReaderPage>(`/${id}/readers?read=yes`)).toMatchObject({ items: [{ name: '张三' }] });
  });

  // part: messages
  test('continues after a fault of the platform, and shows the reason meanwhile', async () => {
    const { notice, receivers } = await publish(await write());
    const { id } = notice;
    await until(async () => (await deliveryOf(id))?.sent === receivers, 10_000, 'all are sent');
    server.emulator.control.fault({ path: recallApi, kind: 'html', times: 1 });
    await withdraw(notice);
    await until(async () => (await deliveryOf(id))?.reasons.length === 1, 10_000, 'it has failed once');
    expect(await deliveryOf(id)).toMatchObject({ recalling: receivers, recalled: 0 });
    server.advance(10_001);
    await server.app.recalls.drain();
    expect(await deliveryOf(id)).toMatchObject({ recalling: 0, recalled: receivers, reasons: [] });
  });

  test('is refused for a draft and for a withdrawn notice', async () => {
    const draft = await write();
    expect(await withdraw(draft)).toMatchObject({ outcome: 'conflict', current: { state: 'draft' } });
    const { notice } = await publish(draft);
    const { notice: gone } = await withdraw(notice);
    expect(await withdraw(gone)).toMatchObject({ outcome: 'conflict', current: { state: 'withdrawn' } });
    expect(await publish(gone)).toMatchObject({ outcome: 'conflict', current: { state: 'withdrawn' } });
  });
});

describe('the list of readers', () => {
  const extra = Array.from({ length: 7 }, (_, at) => ({
    username: `reader${at}`,
    name: `读者${at}`,
    department: at < 3 ? '办公室' : '财务处',
    dingUserId: `r${at}`,
  }));
  beforeAll(async () => {
    await server.prisma.user.createMany({ data: extra });
  });
  afterAll(async () => {
    await server.prisma.user.deleteMany({ where: { username: { startsWith: 'reader' } } });
  });

  async function all(id: string, query: string): Promise<string[]> {
    const names: string[] = [];
    for (let page = 1; ; page += 1) {
      const { items, total } = await read<ReaderPage>(`/${id}/readers?limit=2&page=${page}&${query}`);
      names.push(...items.map(({ name }) => name));
      if (page * 2 >= total) return names;
    }
  }

  test('comes page by page, the latest first, and so does the list of the others', async () => {
    const { notice } = await publish(await write());
    const { id } = notice;
    const users = await server.prisma.user.findMany({
      where: { username: { startsWith: 'reader' } },
      orderBy: { username: 'asc' },
    });
    // Two of them in the same millisecond.
    const at = [10, 20, 20, 30].map((seconds) => new Date(Date.now() - seconds * 1000));
    await server.prisma.noticeRead.createMany({
      data: at.map((readAt, index) => ({ noticeId: id, userId: users[index]?.id ?? '', readAt })),
    });
    const readers = await all(id, 'read=yes');
    expect(readers).toHaveLength(4);
    expect([readers[0], readers[3]]).toEqual(['读者0', '读者3']);
    const others = await all(id, 'read=no');
    expect(new Set(others).size).toBe(others.length);
    expect(others).toEqual(expect.arrayContaining(['读者4', '读者5', '读者6', '张三']));
    for (const name of [...readers, '李四', '周八']) expect(others).not.toContain(name);
    expect(await read<Reading>(`/${id}/reading`)).toMatchObject({
      audience: readers.length + others.length,
      read: 4,
      unread: others.length,
      readByOthers: 0,
    });
    const office = encodeURIComponent('办公室');
    expect((await all(id, `read=yes&search=${office}`)).sort()).toEqual(['读者0', '读者1', '读者2']);
    expect(await all(id, `read=no&search=READER5`)).toEqual(['读者5']);
    expect(await all(id, `read=no&search=%25`)).toEqual([]);

    await server.prisma.user.update({ where: { username: 'reader0' }, data: { status: 'DISABLED' } });
    expect(await read<Reading>(`/${id}/reading`)).toMatchObject({ read: 3, readByOthers: 1 });
    expect(await all(id, 'read=yes')).toHaveLength(4);
  });

  test('shows no mobile number', async () => {
    const { notice } = await publish(await write());
    await post(server, `/api/notices/${notice.id}/read`, {}, bearer(reader));
    const people = await server.prisma.user.findMany({ where: { mobile: { not: null } } });
    expect(people.length).toBeGreaterThan(0);
    for (const which of ['yes', 'no']) {
      const { body } = await get(server, `/api/admin/notices/${notice.id}/readers?read=${which}`, auditor);
      for (const shown of ['mobile', ...people.map(({ mobile }) => String(mobile))]) {
        expect(body).not.toContain(shown);
      }
    }
  });
});
