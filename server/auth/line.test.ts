import { createRateLimit, defaultQueueMs } from '../platform/rate-limit.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post } from '../testing/http.ts';
import { manualClock } from '../testing/test-clock.ts';
import { createLine } from './line.ts';

const secretKey = 'the-same-key-on-every-instance-0001';
/** A turn that comes at its place. */
const at = (placeMs: number) => ({ placeMs, dueMs: placeMs });

describe('the line on a clock that the test moves', () => {
  interface Visit {
    person: number;
    place: string | null;
  }

  /**
   * Plays people who come within a second, to instances that share the platform's twenty calls a second; each visit
   * goes to any instance.
   *
   * @param stays whether a person comes back.
   * @returns the people in the order of their sign-in, with the milliseconds.
   */
  async function play(people: number, instances: number, stays: (person: number) => boolean = () => true) {
    const clock = manualClock();
    const perSecond = 20 / instances;
    const servers = Array.from({ length: instances }, () => ({
      limit: createRateLimit({ perSecond, maxQueueMs: defaultQueueMs, clock }),
      line: createLine(secretKey, clock.now),
    }));
    const stepMs = 50;
    const begin = clock.now();
    const visits = new Map<number, Visit[]>();
    const plan = (inMs: number, visit: Visit) => {
      const step = Math.ceil((clock.now() + inMs - begin) / stepMs);
      visits.set(step, [...(visits.get(step) ?? []), visit]);
    };
    for (let person = 0; person < people; person += 1) {
      plan((person / people) * 1000, { person, place: null });
    }
    const admitted: { person: number; ms: number }[] = [];
    let missing = people;
    let requests = 0;
    for (let step = 0; missing > 0; step += 1) {
      for (const { person, place } of visits.get(step) ?? []) {
        // Not in turn, like a gateway before busy clients.
        const server = servers[(requests * 7 + Math.floor(requests / 5)) % instances];
        requests += 1;
        if (server === undefined) throw new Error('no instance');
        void server.limit.turn(server.line.placeMs(place)).then((held) => {
          if (held === null) admitted.push({ person, ms: clock.now() - begin });
          if (held === null || !stays(person)) {
            missing -= 1;
            return;
          }
          const wait = server.line.wait(held, false);
          plan(wait.retryAfterSeconds * 1000, { person, place: wait.place });
        });
      }
      visits.delete(step);
      await clock.advance(stepMs);
    }
    return { admitted, requests };
  }

  test.each([1, 2])(
    '200 people on %s instances are all in within 12 s, never more than 20 a second',
    async (instances) => {
      const { admitted, requests } = await play(200, instances);
      expect(admitted).toHaveLength(200);
      expect(Math.max(...admitted.map(({ ms }) => ms))).toBeLessThan(12_000);
      const late = admitted.filter(
        ({ ms }, at) => ms - (admitted[at - 20]?.ms ?? Number.NEGATIVE_INFINITY) < 1000,
      );
      expect(late).toEqual([]);
      expect(requests).toBeLessThan(3 * 200);
    },
  );

  test('people are signed in in the order in which they came', async () => {
    const { admitted } = await play(200, 1);
    const outOfOrder = admitted.map(({ person }, at) => Math.abs(person - at));
    // The twenty of one second may change places.
    expect(Math.max(...outOfOrder)).toBeLessThan(20);
  });

  test('if most people leave the line, the others are signed in earlier', async () => {
    const { admitted } = await play(1000, 2, (person) => person % 4 === 0);
    expect(Math.max(...admitted.map(({ ms }) => ms))).toBeLessThan(40_000);
  });
});

describe('a place in line', () => {
  test('can be read by every instance with the same key, and by no other', () => {
    const now = () => 1_000_000;
    const { place } = createLine(secretKey, now).wait(at(60_000), false);
    expect(createLine(secretKey, now).placeMs(place)).toBe(60_000);
    expect(createLine('another-key-another-key-another-key', now).placeMs(place)).toBeNull();
    expect(createLine(secretKey, now).placeMs(`${place.slice(0, -4)}AAA=`)).toBeNull();
  });

  test('lasts for ten minutes after its time', () => {
    let time = 1_000_000;
    const line = createLine(secretKey, () => time);
    const { place } = line.wait(at(60_000), false);
    time += 60_000 + 599_000;
    expect(line.placeMs(place)).toBe(-599_000);
    time += 1000;
    expect(line.placeMs(place)).toBeNull();
  });

  test('comes back just before its turn if that is near, otherwise every half minute, spread in time', () => {
    const line = createLine(secretKey, () => 0);
    const told = (placeMs: number) => line.wait(at(placeMs), false).retryAfterSeconds;
    expect([500, 3000, 20_000, 31_000].map(told)).toEqual([1, 2, 19, 30]);
    expect([35_000, 45_000, 61_000, 600_000].map(told)).toEqual([4, 14, 30, 29]);
  });
});

describe('a sign-in while the platform takes no more', () => {
  let server: Built;
  /** A place that is 50 seconds away. */
  const far = () =>
    createLine(server.config.secretKey, () => server.app.clock.now()).wait(at(50_000), false).place;
  const exchanges = () => server.emulator.control.calls()['/topapi/v2/user/getuserinfo'] ?? 0;

  beforeAll(async () => {
    server = await build({ env: { PLATFORM_CALLS_PER_SECOND: '1' } });
  });
  afterAll(() => server.close());

  test('must wait; its unused code signs in when its turn comes', async () => {
    const others = [1, 2].map(() => server.login('zhangsan', { place: null }));
    const login = { authCode: server.code('zhangsan') };
    const response = await post(server, '/api/auth/login', { ...login, place: far() });
    expect([response.statusCode, response.headers['set-cookie']]).toEqual([200, undefined]);
    await Promise.all(others);
    expect([exchanges(), await server.prisma.session.count()]).toEqual([2, 2]);
    const told = response.json();
    expect(told).toEqual({
      outcome: 'wait',
      retryAfterSeconds: expect.any(Number),
      expectedSeconds: expect.any(Number),
      place: expect.stringMatching(/./),
      newCode: false,
    });
    server.advance(60_000);
    const again = await post(server, '/api/auth/login', { ...login, place: told.place });
    expect(again.json()).toMatchObject({ outcome: 'signed-in', user: { username: 'zhangsan' } });
    expect(exchanges()).toBe(3);
    const held = server.logs().filter(({ refusedBy }) => refusedBy === 'limit');
    expect(held.map(({ level }) => level)).toEqual(held.map(() => 20));
    expect(held.length).toBeGreaterThan(0);
  });

  test('waits on with a new code if the platform itself refuses it as one too many', async () => {
    server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'qps' });
    expect(await server.login('zhangsan', { place: null })).toMatchObject({ outcome: 'wait', newCode: true });
    server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'qps' });
    const old = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
    expectFault(old, 503, 'PLATFORM_BUSY');
  });

  test('an invented place counts as no place', async () => {
    expect(await server.login('zhangsan', { place: 'made-up' })).toMatchObject({ outcome: 'signed-in' });
  });

  test('a client that cannot wait gets PLATFORM_BUSY with Retry-After', async () => {
    const code = () => server.code('zhangsan');
    // Those whose turn is near fill the queue.
    const login = (place?: null) => post(server, '/api/auth/login', { authCode: code(), place });
    const near = Promise.all([login(null), login(null), login(null)]);
    expectFault(await login(), 503, 'PLATFORM_BUSY');
    await near;
  });

  test('keeps its place while calls to the platform are paused, and ends with the fault if the pause lasts', async () => {
    const [path, times] = ['/topapi/v2/user/getuserinfo', 5];
    server.emulator.control.fault({ path, kind: 'html', status: 200, times });
    for (let time = 0; time < times; time += 1) {
      const code = server.code('zhangsan');
      expectFault(
        await post(server, '/api/auth/login', { authCode: code, place: null }),
        502,
        'PLATFORM_FAULT',
      );
    }
    const before = exchanges();
    const placeAt = (placeMs: number) =>
      createLine(server.config.secretKey, server.app.clock.now).wait(at(placeMs), false).place;
    const login = { authCode: server.code('zhangsan'), place: placeAt(-60_000) };
    const told = await post(server, '/api/auth/login', login);
    expect(told.json()).toMatchObject({ outcome: 'wait', newCode: false, expectedSeconds: 10 });
    const late = { ...login, place: placeAt(-121_000) };
    expectFault(await post(server, '/api/auth/login', late), 503, 'PLATFORM_BUSY');
    expectFault(await post(server, '/api/auth/login', { ...login, place: null }), 503, 'PLATFORM_BUSY');
    expect(exchanges()).toBe(before);
  });
});
