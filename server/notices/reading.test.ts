import type { ReaderPage } from '../contract/notices.ts';
import { type Built, build } from '../testing/build.ts';
import { get } from '../testing/http.ts';
import { manyPeople } from '../testing/many-people.ts';

let server: Built;
let admin: string;
let notice: string;
beforeAll(async () => {
  server = await build();
  admin = await server.tokenOf('admin');
  await server.prisma.$executeRawUnsafe(manyPeople, 7000);
  ({ id: notice } = await server.prisma.notice.create({
    data: { title: '通知', body: '正文', publishedAt: new Date() },
  }));
  await server.prisma.$executeRaw`
    INSERT INTO notice_reads (notice_id, user_id) SELECT ${notice}::uuid, id FROM users
    WHERE username NOT IN ('user6', 'user7', 'user3502', 'user3505', 'user6996', 'user6997')`;
});
afterAll(() => server?.close());

async function unread(query: Record<string, string>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let page = 1; ; page += 1) {
    const asked = new URLSearchParams({ read: 'no', ...query, page: String(page) });
    const response = await get(server, `/api/admin/notices/${notice}/readers?${asked}`, admin);
    if (response.statusCode !== 200) throw new Error(response.body);
    const { items, total, more } = response.json<ReaderPage>();
    if (items.length > 0) pages.push(items.map(({ username }) => username));
    if (page * Number(query.limit) >= total) return pages;
    expect(more).toBe(false);
  }
}

const names = ['user6', 'user7', 'user3502', 'user3505', 'user6996', 'user6997'];

test.each(['1', '2', '4', '100'])(
  'the few people who have not read a notice are listed in order, %s a page',
  async (limit) => {
    const pages = await unread({ limit });
    expect(pages.flat()).toEqual(names);
    expect(pages.map((page) => page.length)).toEqual(
      Array.from({ length: Math.ceil(6 / Number(limit)) }, (_, at) =>
        Math.min(Number(limit), 6 - at * Number(limit)),
      ),
    );
  },
);

test('they can be searched', async () => {
  expect(await unread({ limit: '20', search: 'user35' })).toEqual([['user3502', 'user3505']]);
});

test('they can be sorted', async () => {
  expect((await unread({ limit: '20', sort: '-username' })).flat()).toEqual([...names].sort().reverse());
});
