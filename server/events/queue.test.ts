import { emulatedApps, type FaultKind } from '../../scripts/emulator/index.ts';
import { createJobs, type OwnedJobs } from '../jobs/jobs.ts';
import { maxAttempts, type RunningQueue } from '../jobs/queue.ts';
import { PlatformError, type PlatformErrorKind } from '../platform/platform.ts';
import { type Built, build } from '../testing/build.ts';
import { callback, callbackEnvironment, personEvent } from '../testing/event-callback.ts';
import { post } from '../testing/http.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { eventQueue } from './queue.ts';
import { type CheckedUser, checkedColumns, createRecheck, type Recheck } from './recheck.ts';

const { appKey, corpId } = emulatedApps.dingtalk;
const ids = { zhangsan: '270101', zhaoliu: '270104' };
const userApi = '/topapi/v2/user/get';

type EventWorker = RunningQueue & OwnedJobs;

let server: Built;
let ahead = 0;
let inbox: Inbox;
const workers: OwnedJobs[] = [];
/** The server's own worker looks for rows when it is woken, and not every few seconds: the rows are the tests'. */
const unasked = { events: { pollMs: 3_600_000 } };

beforeAll(async () => {
  server = await build({ env: callbackEnvironment, timing: unasked });
});
beforeEach(async () => {
  await server.prisma.platformEvent.deleteMany();
  await server.prisma.user.updateMany({ data: { leftAt: null } });
  // The emulator forgets its app tokens, so the instances' common store must too.
  server.emulator.control.reset();
  await server.prisma.platformToken.deleteMany();
  ahead = 0;
  inbox = createInbox(server.prisma, 'dingtalk', () => Date.now() + ahead);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(() => server.close());

/** The event queue of a process beside the server, which sees none of these rows unless it is woken. */
function startWorker(recheck: Recheck): EventWorker {
  const { prisma, app } = server;
  const jobs = createJobs(app.log);
  workers.push(jobs);
  const queue = eventQueue({ prisma, inbox, recheck, logger: app.log, timing: { gapMs: 0 } });
  return { ...jobs, ...jobs.queue(queue) };
}

let occurrences = 0;
function store(...people: string[]): Promise<number> {
  occurrences += 1;
  return inbox.storeDingTalk({ type: 'user_modify_org', corpId, occurrence: `id ${occurrences}`, people });
}
const rows = () => server.prisma.platformEvent.findMany({ orderBy: { receivedAt: 'asc' } });

const workOff = (worker: EventWorker) => worker.drain();

async function isGone(username: string): Promise<boolean> {
  const user = await server.prisma.user.findUniqueOrThrow({ where: { username } });
  return user.leftAt !== null;
}

describe('a platform that', () => {
  const faults: [FaultKind, string][] = [
    ['timeout', 'timeout'],
    ['reset', 'fault'],
    ['wrong-shape', 'fault'],
    ['no-permission', 'misconfigured'],
    ['qps', 'busy'],
  ];
  const hasty = () =>
    build({
      env: { ...callbackEnvironment, PLATFORM_TIMEOUT_MS: '1500' },
      timing: unasked,
      database: server.database,
      emulator: server.emulator,
    });

  test.each(faults)(
    'answers with %s says nothing about the person, and is asked again',
    async (kind, problem) => {
      const { control } = server.emulator;
      control.fault({ path: userApi, kind });
      const event = callback(
        personEvent('user_leave_org', [ids.zhaoliu], corpId, String(Math.random())),
        appKey,
      );
      // Only the silent platform needs a short time-out; other calls get enough time on a busy machine.
      const asking = kind === 'timeout' ? await hasty() : server;
      expect((await post(asking, event.url, event.payload)).statusCode).toBe(200);
      await asking.app.platformEvents.settle();
      if (asking !== server) await asking.close();
      expect(await isGone('zhaoliu')).toBe(false);
      const [row] = await rows();
      expect(row).toMatchObject({ processedAt: null, attempts: 1 });
      expect(row?.lastError).toMatch(new RegExp(`^${problem} ${userApi}`));
      // After the wait, also after the one that a busy platform asks for.
      server.advance(6 * 60_000);
      await server.app.platformEvents.settle();
      expect(await isGone('zhaoliu')).toBe(true);
      expect(await rows()).toMatchObject([{ processedAt: expect.any(Date), attempts: 2, lastError: null }]);
    },
  );

  test('refuses the app for a reason that an administrator can remove: the log names the remedy', async () => {
    await store(ids.zhaoliu);
    const error = new PlatformError('misconfigured', userApi, 'refused', { remedy: '请把 IP 加入白名单' });
    await workOff(startWorker(() => Promise.reject(error)));
    expect(server.logs().filter((line) => line.remedy === '请把 IP 加入白名单')).toMatchObject([
      { level: 50 },
    ]);
  });

  test('always fails: after twelve attempts with growing waits the row is kept with its problem', async () => {
    await store(ids.zhaoliu);
    const waits: number[] = [];
    const worker = startWorker(() => Promise.reject(new PlatformError('fault', userApi, 'broken')));
    for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
      await workOff(worker);
      const [row] = await rows();
      expect(row).toMatchObject({ attempts: attempt, processedAt: null });
      waits.push((row?.nextAttemptAt.getTime() ?? 0) - Date.now() - ahead);
      ahead += waits.at(-1) ?? 0;
      ahead += 5;
    }
    for (const [at, wait] of waits.entries())
      expect(wait).toBeGreaterThanOrEqual((waits[at - 1] ?? 0) - 2000);
    await workOff(worker);
    expect(await rows()).toMatchObject([
      { attempts: maxAttempts, processedAt: expect.any(Date), lastError: `fault ${userApi}` },
    ]);
    ahead += 24 * 3_600_000;
    expect(await inbox.claim(1000)).toBeNull();
    expect(await inbox.lagSeconds()).toBe(0);
  });
});

test('a person outside the app’s range does not count as left', async () => {
  const { control } = server.emulator;
  control.fault({ path: userApi, kind: 'errcode', errcode: 40079 });
  const event = callback(personEvent('user_modify_org', [ids.zhangsan], corpId, 'out of range'), appKey);
  await post(server, event.url, event.payload);
  await server.app.platformEvents.settle();
  expect(await rows()).toMatchObject([{ processedAt: expect.any(Date), attempts: 1, lastError: null }]);
  expect(await isGone('zhangsan')).toBe(false);
});

test('an error of the program leaves no data in the row', async () => {
  await store(ids.zhaoliu);
  await workOff(startWorker(() => Promise.reject(new Error(`quotes ${ids.zhaoliu}`))));
  expect(await rows()).toMatchObject([{ lastError: 'Error', processedAt: null }]);
});

test('two instances handle each of 40 rows once', async () => {
  for (let at = 0; at < 20; at += 1) await store(ids.zhangsan, ids.zhaoliu);
  const seen: string[] = [];
  // Continues only when both have started.
  let waiting = 2;
  let go = () => {};
  const bothBegan = new Promise<void>((resolve) => {
    go = resolve;
  });
  const recheck = (name: string) => async (user: CheckedUser) => {
    if (!seen.some((one) => one.startsWith(name))) {
      waiting -= 1;
      if (waiting === 0) go();
    }
    seen.push(`${name} ${user.dingUserId}`);
    await bothBegan;
    return 'member' as const;
  };
  const both = [startWorker(recheck('a')), startWorker(recheck('b'))];
  await Promise.all(both.map(workOff));
  expect(seen).toHaveLength(40);
  expect(new Set(seen.map((one) => one[0]))).toEqual(new Set(['a', 'b']));
  const after = await rows();
  expect(after.every((row) => row.processedAt !== null && row.attempts === 1)).toBe(true);
});

describe('a process that dies with a claimed row', () => {
  test('leaves it to the next process after the lease, not before', async () => {
    await store(ids.zhaoliu);
    const lost = await inbox.claim(60_000);
    expect(lost).toMatchObject({ person: ids.zhaoliu, attempts: 1 });
    const seen: string[] = [];
    const worker = startWorker(async (user) => {
      seen.push(user.dingUserId);
      return 'member';
    });
    await workOff(worker);
    expect(seen).toEqual([]);
    ahead += 60_001;
    await workOff(worker);
    expect(seen).toEqual([ids.zhaoliu]);
    expect(await rows()).toMatchObject([{ attempts: 2, processedAt: expect.any(Date) }]);
  });

  test('but was only slow writes nothing to a row that another process has claimed', async () => {
    await store(ids.zhaoliu);
    const slow = await inbox.claim(60_000);
    ahead += 60_001;
    const other = await inbox.claim(60_000);
    if (slow === null || other === null) throw new Error('there was no row');
    const before = await rows();
    await inbox.finish(slow, null);
    await inbox.postpone(slow, 1, 'late');
    expect(await rows()).toEqual(before);
    await inbox.finish(other, null);
    expect(await rows()).toMatchObject([{ processedAt: expect.any(Date) }]);
  });

  test('again and again makes the row fail, with the reason', async () => {
    await store(ids.zhaoliu);
    for (let at = 0; at < maxAttempts; at += 1) {
      expect(await inbox.claim(1)).not.toBeNull();
      ahead += 2;
    }
    let asked = 0;
    await workOff(
      startWorker(async () => {
        asked += 1;
        return 'member';
      }),
    );
    expect(asked).toBe(0);
    expect(await rows()).toMatchObject([
      { processedAt: expect.any(Date), lastError: expect.stringMatching('中断') },
    ]);
  });
});

test('a person who was unbound meanwhile is not asked about', async () => {
  await store(ids.zhaoliu);
  await server.prisma.user.update({ where: { username: 'zhaoliu' }, data: { dingUserId: null } });
  try {
    let asked = 0;
    await workOff(
      startWorker(async () => {
        asked += 1;
        return 'left';
      }),
    );
    expect(asked).toBe(0);
    expect(await rows()).toMatchObject([{ processedAt: expect.any(Date), lastError: null }]);
  } finally {
    await server.prisma.user.update({
      where: { username: 'zhaoliu' },
      data: { dingUserId: ids.zhaoliu },
    });
  }
});

describe('the answer about a person', () => {
  /** Checks zhaoliu; the platform answers with a refusal, after `meanwhile`. */
  async function ask(kind: PlatformErrorKind, meanwhile = async () => {}): Promise<void> {
    const { prisma, app } = server;
    const getPerson = async () => {
      await meanwhile();
      throw new PlatformError(kind, userApi, '模拟');
    };
    const recheck = createRecheck({ prisma, platform: { ...app.platform, getPerson }, now: Date.now });
    const where = { username: 'zhaoliu' };
    const user = await prisma.user.findUniqueOrThrow({ where, select: checkedColumns });
    await recheck({ ...user, dingUserId: ids.zhaoliu }, 'event');
  }
  const change = (data: { dingUserId?: string; leftAt?: Date }) =>
    server.prisma.user.update({ where: { username: 'zhaoliu' }, data });

  test('changes nothing if the account belongs to another person by then', async () => {
    await ask('left-organisation', async () => void (await change({ dingUserId: '279999' })));
    expect(await isGone('zhaoliu')).toBe(false);
    await change({ dingUserId: ids.zhaoliu });
  });

  test('who left and is outside the app’s range does not bring that person back', async () => {
    await change({ leftAt: new Date() });
    await ask('out-of-range');
    expect(await isGone('zhaoliu')).toBe(true);
  });
});

test('handled rows are deleted after 30 days, others never', async () => {
  await store(ids.zhangsan);
  await workOff(startWorker(async () => 'member'));
  await store(ids.zhaoliu);
  ahead += 29 * 24 * 3_600_000;
  expect(await inbox.sweep()).toBe(0);
  ahead += 2 * 24 * 3_600_000;
  expect(await inbox.sweep()).toBe(1);
  expect(await rows()).toMatchObject([{ payload: { person: ids.zhaoliu }, processedAt: null }]);
});
