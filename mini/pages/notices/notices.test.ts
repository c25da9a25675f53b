import {
  fetchTransport,
  type OpenedApp,
  openProjectApp,
  type Transport,
} from '../../../scripts/simulator/index.ts';
import { type Built, build } from '../../../server/testing/build.ts';

/** The list of notices while a refresh and the next page are on their way at the same time. */

const pageSize = 20;
let server: Built;
let url: string;

beforeAll(async () => {
  server = await build();
  url = await server.url();
});
afterAll(() => server.close());

beforeEach(async () => {
  await server.prisma.notice.deleteMany();
  await add('甲', 2 * pageSize);
});

let minute = 0;
/** Publishes notices, each newer than the last; the newest is `<prefix>1`. */
async function add(prefix: string, count: number): Promise<void> {
  const from = Date.UTC(2026, 0, 1);
  const rows = Array.from({ length: count }, (_, index) => {
    minute += 1;
    const publishedAt = new Date(from + minute * 60_000);
    return { title: `${prefix}${count - index}`, body: '…', publishedAt };
  });
  await server.prisma.notice.createMany({ data: rows });
}

/** Answers of the list, held back until the test lets them go, in the order in which they were asked. */
function holdingTransport(): { transport: Transport; hold(): void; held: { go(): void; fail(): void }[] } {
  const straight = fetchTransport(fetch);
  const held: { go(): void; fail(): void }[] = [];
  let holding = false;
  return {
    held,
    hold() {
      holding = true;
    },
    async transport(request) {
      if (!holding || !new URL(request.url).pathname.endsWith('/api/notices')) return straight(request);
      const answer = await straight(request);
      await new Promise<void>((resolve, reject) => {
        held.push({ go: resolve, fail: () => reject(new Error('no network')) });
      });
      return answer;
    },
  };
}

async function open(transport: Transport): Promise<OpenedApp> {
  const codes = { emulatorUrl: server.emulator.url, person: 'zhangsan' };
  const app = await openProjectApp({ serverUrl: url, authCodes: codes, transport });
  await app.waitFor('全部通知');
  await app.tap('全部通知');
  await app.waitFor('加载更多');
  expect(app.path).toBe('pages/notices/index');
  return app;
}

const titles = (app: OpenedApp) => app.text().match(/[甲乙]\d+/g) ?? [];
const named = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);

test('a refresh that fails while the next page loads ends both loading signs', async () => {
  const { transport, hold, held } = holdingTransport();
  const app = await open(transport);
  hold();
  await app.reachBottom();
  await app.waitFor(() => held.length === 1);
  await app.pullDown();
  await app.waitFor(() => held.length === 2);
  held[1]?.fail();
  await app.waitFor('列表没有刷新');
  held[0]?.go();
  await app.waitFor(() => titles(app).length === 2 * pageSize);
  expect(app.text()).toContain('已经到底了');
  expect(titles(app)).toEqual(named('甲', 1, 2 * pageSize));
});

test('the next page of an outdated list is dropped and loaded again', async () => {
  const { transport, hold, held } = holdingTransport();
  const app = await open(transport);
  await add('乙', 3);
  hold();
  await app.pullDown();
  await app.waitFor(() => held.length === 1);
  await app.reachBottom();
  await app.waitFor(() => held.length === 2);
  held[0]?.go();
  await app.waitFor('乙1');
  held[1]?.go();
  await app.reachBottom();
  await app.waitFor(() => held.length === 3);
  held[2]?.go();
  await app.waitFor(() => titles(app).length === 2 * pageSize);
  expect(titles(app)).toEqual([...named('乙', 1, 3), ...named('甲', 1, 2 * pageSize - 3)]);
});
