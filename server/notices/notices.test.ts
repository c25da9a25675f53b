import type { NoticePage } from '../contract/notices.ts';
import { encodeCursor } from '../database/cursor.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';

const unknownId = '01900000-0000-7000-8000-000000000000';
const minute = 60_000;

let server: Built;
let token: string;
let another: string;

beforeAll(async () => {
  server = await build();
  token = await server.tokenOf('zhangsan');
  another = await server.tokenOf('admin');
});
afterAll(() => server.close());

beforeEach(() => server.prisma.notice.deleteMany());

/** Adds a notice published `ago` milliseconds ago; null: not published. @returns its id. */
async function publish(title: string, ago: number | null = minute, body = '正文'): Promise<string> {
  const publishedAt = ago === null ? null : new Date(Date.now() - ago);
  return (await server.prisma.notice.create({ data: { title, body, publishedAt } })).id;
}

async function page(query = '', as = token): Promise<NoticePage> {
  const response = await get(server, `/api/notices${query}`, as);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

/** Reads page after page to the end; `between` runs after each. */
async function readAll(limit: number, between = async () => {}): Promise<string[]> {
  const titles: string[] = [];
  let cursor: string | null = null;
  do {
    const next: NoticePage = await page(`?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
    titles.push(...next.items.map(({ title }) => title));
    cursor = next.nextCursor;
    await between();
  } while (cursor !== null);
  return titles;
}

const titled = (count: number) => Array.from({ length: count }, (_, at) => `第 ${at} 条`);

describe('the list', () => {
  test('comes newest first, page by page, without gaps or repeats', async () => {
    for (const [at, title] of titled(7).entries()) await publish(title, (at + 1) * minute);
    for (const limit of [1, 2, 3, 7, 8]) expect(await readAll(limit)).toEqual(titled(7));
  });

  test('has no gaps or repeats while new notices are published', async () => {
    for (const [at, title] of titled(6).entries()) await publish(title, (at + 10) * minute);
    const seen = await readAll(2, async () => {
      await publish('新发布');
    });
    expect(seen).toEqual(titled(6));
  });

  test('has no gaps or repeats if many were published in the same millisecond', async () => {
    const publishedAt = new Date(Date.now() - minute);
    await server.prisma.notice.createMany({
      data: titled(9).map((title) => ({ title, body: '', publishedAt })),
    });
    const seen = await readAll(2);
    expect(seen).toHaveLength(9);
    expect(seen.sort()).toEqual(titled(9));
  });

  test('has no gaps or repeats if the last notice of a page is deleted', async () => {
    const ids: string[] = [];
    for (const [at, title] of titled(4).entries()) ids.push(await publish(title, (at + 1) * minute));
    const first = await page('?limit=2');
    await server.prisma.notice.delete({ where: { id: ids[1] ?? '' } });
    const second = await page(`?limit=2&cursor=${first.nextCursor}`);
    expect(second.items.map(({ title }) => title)).toEqual(['第 2 条', '第 3 条']);
    expect(second.nextCursor).toBeNull();
  });

  test('has 20 on a page by default, and 1 to 50 on request', async () => {
    await server.prisma.notice.createMany({
      data: titled(51).map((title) => ({ title, body: '', publishedAt: new Date(0) })),
    });
    expect((await page()).items).toHaveLength(20);
    expect((await page('?limit=1')).items).toHaveLength(1);
    expect((await page('?limit=50')).items).toHaveLength(50);
    for (const limit of ['0', '51', '-1', '1.5', 'ten', '', '1e9', '1&limit=2']) {
      expectFault(await get(server, `/api/notices?limit=${limit}`, token), 400, 'INVALID_REQUEST');
    }
  });

  test('is empty if there are no notices', async () => {
    expect(await page()).toEqual({ items: [], nextCursor: null });
  });

  test('accepts only its own cursors', async () => {
    const position = { publishedAt: new Date(), id: unknownId };
    const ours = encodeCursor(position);
    expect(await page(`?cursor=${ours}`)).toEqual({ items: [], nextCursor: null });
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    const foreign = [
      '',
      'abc',
      `${ours}!`,
      `${ours}A`,
      `${ours}=`,
      encoded('2 of 3'),
      encoded(`0 ${unknownId} more`),
      encoded(`-1 ${unknownId}`),
      encoded(`99999999999999 ${unknownId}`),
      encoded(`1 ${unknownId.toUpperCase().replace('A', 'x')}x`),
      encoded("1 ' OR 1=1 --"),
      'x'.repeat(129),
    ];
    for (const cursor of foreign) {
      expectFault(await get(server, `/api/notices?cursor=${cursor}`, token), 400, 'INVALID_REQUEST');
    }
  });

  test('shows the beginning of a text on one line, cut between characters', async () => {
    await publish('短', 3 * minute, '  第一段。\n\n第二段。 ');
    await publish('长', 2 * minute, '👍'.repeat(61));
    await publish('齐', minute, '字'.repeat(60));
    const excerpts = (await page()).items.map(({ excerpt }) => excerpt);
    expect(excerpts).toEqual(['字'.repeat(60), `${'👍'.repeat(60)}…`, '第一段。 第二段。']);
  });
});

describe('one notice', () => {
  test('comes with its whole text and its author', async () => {
    const author = await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
    const publishedAt = new Date(Date.now() - minute);
    const { id } = await server.prisma.notice.create({
      data: { title: '标题', body: '一\n\n二', publishedAt, authorId: author.id },
    });
    expect((await get(server, `/api/notices/${id}`, token)).json()).toEqual({
      outcome: 'found',
      id,
      title: '标题',
      body: '一\n\n二',
      publishedAt: publishedAt.toISOString(),
      read: false,
      author: '管理员',
    });
    await server.prisma.notice.update({ where: { id }, data: { authorId: null } });
    expect((await get(server, `/api/notices/${id}`, token)).json()).toMatchObject({ author: null });
  });

  test('counts as read for the person who marked it, from the first time', async () => {
    const id = await publish('标题');
    const mark = () => post(server, `/api/notices/${id}/read`, {}, bearer(token));
    const first = (await mark()).json();
    expect(Math.abs(Date.now() - Date.parse(first.readAt))).toBeLessThan(minute);
    server.advance(1000);
    const again = await Promise.all([mark(), mark(), mark()]);
    expect(again.map((answer) => answer.json())).toEqual([first, first, first]);
    expect(await server.prisma.noticeRead.count()).toBe(1);

    expect((await page()).items).toMatchObject([{ id, read: true }]);
    expect((await get(server, `/api/notices/${id}`, token)).json()).toMatchObject({ read: true });
    expect((await page('', another)).items).toMatchObject([{ id, read: false }]);
    expect((await get(server, `/api/notices/${id}`, another)).json()).toMatchObject({ read: false });
  });

  test('that is marked by many taps at once is read once', async () => {
    const id = await publish('标题');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post(server, `/api/notices/${id}/read`, {}, bearer(token))),
    );
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(await server.prisma.noticeRead.count()).toBe(1);
  });
});

test('a draft or a future notice does not exist for readers', async () => {
  const hidden = [await publish('草稿', null), await publish('定时', -60 * minute)];
  expect(await page()).toEqual({ items: [], nextCursor: null });
  for (const id of [...hidden, unknownId]) {
    const answers = [
      await get(server, `/api/notices/${id}`, token),
      await post(server, `/api/notices/${id}/read`, {}, bearer(token)),
    ];
    // The outcome must not be in an error's body, which some containers hide.
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200]);
    expect(answers.map((answer) => answer.json())).toEqual(Array(2).fill({ outcome: 'not-found' }));
  }
  expect(await server.prisma.noticeRead.count()).toBe(0);
  server.advance(61 * minute);
  expect((await page()).items).toMatchObject([{ title: '定时' }]);
});

test.each(['1', 'abc', `${unknownId}0`, "'", '%00', '%ff', 'x'.repeat(300), '{id}'])(
  'a malformed id is a bad request: %p',
  async (id) => {
    expectFault(await get(server, `/api/notices/${id}`, token), 400, 'INVALID_REQUEST');
    expectFault(await post(server, `/api/notices/${id}/read`, {}, bearer(token)), 400, 'INVALID_REQUEST');
  },
);

test('notices are not for people who are not signed in', async () => {
  const id = await publish('标题');
  expectFault(await get(server, '/api/notices'), 401, 'SESSION_EXPIRED');
  expectFault(await get(server, `/api/notices/${id}`), 401, 'SESSION_EXPIRED');
  expectFault(await post(server, `/api/notices/${id}/read`), 401, 'SESSION_EXPIRED');
  expect(await server.prisma.noticeRead.count()).toBe(0);
});
