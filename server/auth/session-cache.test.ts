import type { PrismaClient } from '../database/database.ts';
import type { Subscriber } from '../database/subscription.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { get } from '../testing/http.ts';
import { type CachedSession, createSessionCache } from './session-cache.ts';

const session = (username: string): CachedSession => ({
  user: {
    id: '019ab000-0000-7000-8000-000000000001',
    username,
    name: '张三',
    department: null,
    role: 'USER',
    dingUserId: null,
    isSuperExecutive: false,
  },
  client: 'MINI',
  expiresAt: Number.POSITIVE_INFINITY,
  lastSeenAt: 0,
});

/** A memory whose announcements come by hand, and a database that answers when it is told to. */
function open() {
  const subscription = { live: true, close: async () => {} };
  let subscriber: Subscriber = { heard() {}, interrupted() {} };
  const cache = createSessionCache((_channel, by) => {
    subscriber = by;
    return subscription;
  });
  const readings: { answer: (found: CachedSession | null) => void; fail: (error: Error) => void }[] = [];
  const fill = () =>
    cache.fill(
      'key',
      () => new Promise((answer, fail) => readings.push({ answer, fail })) as Promise<CachedSession | null>,
    );
  const announce = (user: string) => subscriber.heard(user);
  return { cache, subscription, readings, fill, announce, interrupt: () => subscriber.interrupted() };
}

test('what is in memory is forgotten when announcements were interrupted: one may have been lost', async () => {
  const { cache, readings, fill, interrupt } = open();
  const first = fill();
  readings[0]?.answer(session('zhangsan'));
  await first;
  expect(cache.get('key')?.user.username).toBe('zhangsan');
  interrupt();
  expect(cache.get('key')).toBeNull();
});

describe('many who ask for one session at once', () => {
  test('cost one reading, and the next one is in memory', async () => {
    const { cache, readings, fill } = open();
    const answers = Array.from({ length: 50 }, fill);
    expect(readings).toHaveLength(1);
    readings[0]?.answer(session('zhangsan'));
    expect(new Set((await Promise.all(answers)).map((found) => found?.user.username))).toEqual(
      new Set(['zhangsan']),
    );
    expect(cache.get('key')?.user.username).toBe('zhangsan');
  });

  test('read again after a change was announced: the reading under way may be older', async () => {
    const { cache, readings, fill, announce } = open();
    const early = fill();
    announce('anybody');
    const late = fill();
    expect(readings).toHaveLength(2);
    readings[1]?.answer(null);
    readings[0]?.answer(session('zhangsan'));
    expect([(await early)?.user.username, await late]).toEqual(['zhangsan', null]);
    expect(cache.get('key')).toBeNull();
  });

  test('read again after the session was ended here', async () => {
    const { cache, readings, fill } = open();
    const early = fill();
    cache.forget('key');
    const late = fill();
    expect(readings).toHaveLength(2);
    readings[0]?.answer(session('zhangsan'));
    await early;
    expect(cache.get('key')).toBeNull();
    readings[1]?.answer(null);
    expect(await late).toBeNull();
  });

  test('read each for themselves while announcements do not get through, or did not when it began', async () => {
    const { cache, subscription, readings, fill } = open();
    subscription.live = false;
    const deaf = [fill(), fill()];
    expect(readings).toHaveLength(2);
    subscription.live = true;
    const hearing = fill();
    expect(readings).toHaveLength(3);
    for (const { answer } of readings) answer(session('zhangsan'));
    await Promise.all([...deaf, hearing]);
    expect(cache.get('key')?.user.username).toBe('zhangsan');
  });

  test('share a fault, and the next one reads anew', async () => {
    const { readings, fill } = open();
    const answers = Promise.allSettled([fill(), fill()]);
    readings[0]?.fail(new Error('database gone'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = fill();
    readings[1]?.answer(null);
    expect(await again).toBeNull();
  });
});

test('fifty first requests with one token, at an instance that does not know it, read the database once', async () => {
  const first: Built = await build();
  let reads = 0;
  const counting = first.prisma.$extends({
    query: {
      $queryRaw({ args, query }) {
        if (args.sql.includes('FROM sessions s JOIN users u')) reads += 1;
        return query(args);
      },
    },
  }) as unknown as PrismaClient;
  const second = await build({
    database: { ...first.database, prisma: counting },
    emulator: first.emulator,
  });
  try {
    const token = await first.tokenOf('zhangsan');
    const other = await first.tokenOf('admin');
    // Until it hears of changes it keeps nothing.
    await until(
      async () => {
        await get(second, '/api/me', other);
        return second.app.sessionCacheStats().hits > 0;
      },
      10_000,
      'the instance listens',
    );
    reads = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(second, '/api/me', token)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    expect(reads).toBe(1);
  } finally {
    await second.close();
    await first.close();
  }
});
