import { InvalidMessageError } from '../platform/platform.ts';
import { type Outbox, openOutbox } from '../testing/messages.ts';
import { countUnsent, enqueue, type NewMessage } from './outbox.ts';

let outbox: Outbox;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(() => outbox.close());
beforeEach(() => outbox.reset());

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => String(300_000 + from + at));

const message = (receivers: NewMessage['receivers'], key = 'news'): NewMessage => ({
  key,
  kind: 'WORK_NOTIFICATION',
  receivers,
  content: { type: 'text', text: '你好' },
});

const add = (receivers: NewMessage['receivers'], key?: string) =>
  enqueue(outbox.prisma, message(receivers, key), outbox.now());

/** The receivers of every row, by the row's number. */
async function batches(): Promise<string[][]> {
  const rows = await outbox.rows();
  const number = (dedupKey: string) => Number(dedupKey.split('#')[1]);
  return rows
    .sort((a, b) => number(a.dedupKey) - number(b.dedupKey))
    .map(({ receivers, dedupKey }, at) => {
      expect(number(dedupKey)).toBe(at + 1);
      return receivers;
    });
}

test.each([
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
])('%i receivers become rows of %j', async (count, sizes) => {
  expect(await add(numbered(count))).toEqual({ rows: sizes.length, receivers: count });
  const rows = await batches();
  expect(rows.map((row) => row.length)).toEqual(sizes);
  expect(rows.flat()).toEqual(numbered(count));
});

test('thousands of receivers may come page by page, and each counts once', async () => {
  async function* pages() {
    for (let page = 0; page < 10; page += 1) yield* numbered(1200, page * 1000);
  }
  expect(await add(pages())).toMatchObject({ rows: 102 });
  expect((await batches()).flat()).toEqual(numbered(10_200));
});

test('an invalid platform id does not stop the message to the others', async () => {
  const wrong = ['270103,270104', 'with a blank', '', 'x'.repeat(129)];
  expect(await add([...numbered(99), ...wrong, ...numbered(2, 500)])).toEqual({ rows: 2, receivers: 101 });
  expect((await batches()).flat()).toEqual([...numbered(99), ...numbered(2, 500)]);
  expect(await add(wrong, 'other news')).toEqual({ rows: 0, receivers: 0 });
});

test('the same key again adds nothing, also with other receivers', async () => {
  await add(numbered(150));
  const before = await outbox.rows();
  const nothing = { rows: 0, receivers: 0 };
  expect(await add(numbered(150))).toEqual(nothing);
  expect(await add(numbered(900, 5000))).toEqual(nothing);
  expect(await outbox.rows()).toEqual(before);
  expect(await add(numbered(1), 'other news')).toEqual({ rows: 1, receivers: 1 });
});

test('two transactions with one key at once: one of them writes', async () => {
  // The embedded database has one connection, which runs them one after the other.
  const run = (from: number) =>
    outbox.prisma.$transaction((tx) => enqueue(tx, message(numbered(150, from)), outbox.now()));
  const written = await Promise.all([run(0), run(5000), run(10_000)]);
  expect(written.map(({ rows }) => rows).sort()).toEqual([0, 0, 2]);
  const all = (await batches()).flat();
  expect(all).toHaveLength(150);
  expect(new Set(all.map((id) => Math.floor(Number(id) / 1000))).size).toBe(1);
});

test('a transaction that is rolled back leaves no message', async () => {
  const run = outbox.prisma.$transaction(async (tx) => {
    expect(await enqueue(tx, message(numbered(250)), outbox.now())).toEqual({ rows: 3, receivers: 250 });
    throw new Error('the business failed');
  });
  await expect(run).rejects.toThrow('the business failed');
  expect(await outbox.rows()).toEqual([]);
  await outbox.worker().drain();
  expect(outbox.emulator.control.messages()).toEqual([]);
});

test.each<[string, Partial<NewMessage>]>([
  ['blank text', { content: { type: 'text', text: ' \n' } }],
  ['a text over 2048 bytes', { content: { type: 'text', text: '字'.repeat(700) } }],
  ['a blank DING', { kind: 'DING', content: { type: 'text', text: '' } } as Partial<NewMessage>],
])('%s is refused when it is written, not when it is sent', async (_what, more) => {
  const bad = { ...message(numbered(1)), ...more } as NewMessage;
  await expect(enqueue(outbox.prisma, bad, outbox.now())).rejects.toThrow(InvalidMessageError);
  expect(await outbox.rows()).toEqual([]);
});

test('what is not sent is counted by kind and status', async () => {
  await outbox.add('a', { receivers: numbered(250) });
  await outbox.add('b', { kind: 'DING' });
  await outbox.prisma.outboxMessage.update({ where: { dedupKey: 'a#1' }, data: { status: 'SENT' } });
  const counts = await countUnsent(outbox.prisma);
  expect(counts).toHaveLength(2);
  expect(counts).toEqual(
    expect.arrayContaining([
      { kind: 'WORK_NOTIFICATION', status: 'PENDING', count: 2 },
      { kind: 'DING', status: 'PENDING', count: 1 },
    ]),
  );
});
