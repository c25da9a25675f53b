import { rejection } from '../testing/platform-server.ts';
import { paths, platformNames, useEmulator } from '../testing/platforms.ts';
import { type ManualClock, manualClock } from '../testing/test-clock.ts';
import type { CircuitListener, ProtectionConfig, UpstreamCall } from './index.ts';
import type { Platform, PlatformName } from './platform.ts';
import { createProtection } from './protection.ts';
import { systemClock } from './rate-limit.ts';

/** The limit and the circuits: both drivers against the emulator, with a manual clock. */

const { control, connect: connectTo } = useEmulator();
let platform: Platform;
let clock: ManualClock;
let calls: UpstreamCall[];
let changes: Parameters<CircuitListener>[0][];

function connect(name: PlatformName, protection: ProtectionConfig & { timeoutMs?: number }): void {
  clock = manualClock();
  calls = [];
  changes = [];
  platform = connectTo(name, protection, {
    clock,
    onCall: (call) => calls.push(call),
    onCircuit(change) {
      changes.push(change);
      throw new Error('metrics down');
    },
  });
}

describe.each(platformNames)('%s', (name) => {
  const path = paths[name];
  const code = (person = 'zhangsan') => control().issueAuthCode(person, name);
  const signIn = (person?: string) => platform.exchangeCode(code(person));
  const exchanges = () => control().calls()[path.exchange] ?? 0;
  const refusedBy = (by: 'limit' | 'circuit') => expect.objectContaining({ kind: 'busy', refusedBy: by });

  test('sign-ins over the limit wait for their turn; with a full queue they are told when to come back', async () => {
    connect(name, { callsPerSecond: 5, maxQueueMs: 2000 });
    const results = Array.from({ length: 20 }, () => signIn().catch((error: unknown) => error));
    const refused = await Promise.all(results.slice(10));
    expect(refused).toEqual(Array(10).fill(refusedBy('limit')));
    expect(refused).toMatchObject(Array(10).fill({ retryAfterSeconds: 1 }));
    await Promise.all(results.slice(0, 5));
    expect(exchanges()).toBe(5);
    await clock.advance(2000);
    await Promise.all(results);
    expect(exchanges()).toBe(10);
    expect(calls.filter((call) => call.refusedBy === 'limit')).toHaveLength(10);
    expect(control().calls()[path.token]).toBe(1);
  });

  test('of 200 sign-ins at once, with twenty a second, sixty are admitted and the others get their place at once', async () => {
    connect(name, { callsPerSecond: 20 });
    const signInOf = () => platform.exchangeCode(code(), null).catch((error: unknown) => error);
    const results = Array.from({ length: 200 }, signInOf);
    const places = Array.from({ length: 140 }, (_, after) => ({ held: { placeMs: 3060 + after * 51 } }));
    expect(await Promise.all(results.slice(60))).toMatchObject(places);
    await clock.advance(3060);
    expect(await Promise.all(results.slice(0, 60))).toMatchObject(Array(60).fill({ id: '270101' }));
    expect(exchanges()).toBe(60);
  });

  test('calls to a failing API are paused, tried once, and resumed; the codes of refused people stay valid', async () => {
    connect(name, { breakerFailures: 5 });
    await signIn();
    control().fault({ path: path.exchange, kind: 'html', status: 200, times: null });
    for (let time = 0; time < 5; time += 1) {
      expect(await rejection(signIn())).toMatchObject({ kind: 'fault' });
    }
    const kept = code();
    const error = await rejection(platform.exchangeCode(kept));
    expect(error).toMatchObject({ kind: 'busy', retryAfterSeconds: 10, api: path.exchange });
    expect(exchanges()).toBe(6);
    expect(calls.at(-1)).toMatchObject({ ok: false, kind: 'busy', refusedBy: 'circuit' });
    expect(platform.circuits()).toEqual([{ api: path.exchange, state: 'open', openMs: 10_000 }]);

    await clock.advance(10_000);
    await rejection(signIn());
    expect(exchanges()).toBe(7);
    expect(await rejection(signIn())).toMatchObject({ kind: 'busy' });

    control().clearFaults();
    await clock.advance(10_000);
    // One call tries; others do not pile up behind it.
    const probe = platform.exchangeCode(kept);
    expect(await rejection(signIn())).toMatchObject({ kind: 'busy', retryAfterSeconds: 1 });
    expect((await probe).id).toBe('270101');
    expect(platform.circuits()).toEqual([]);
    expect((await signIn()).id).toBe('270101');
    expect(changes.map(({ api, state }) => `${api} ${state}`)).toEqual(
      ['open', 'half-open', 'open', 'half-open', 'closed'].map((state) => `${path.exchange} ${state}`),
    );
  });

  test.each([
    ['timeout', undefined],
    ['reset', undefined],
    ['truncated', undefined],
    ['wrong-shape', undefined],
    ['empty', undefined],
    ['status', 500],
    ['status', 503],
    ['html', 200],
    ['html', 302],
    ['html', 502],
  ] as const)('%s %s opens the circuit', async (kind, status) => {
    connect(name, { breakerFailures: 2, timeoutMs: kind === 'timeout' ? 300 : 20_000 });
    control().fault({ path: path.exchange, kind, times: 2, ...(status && { status }) });
    await rejection(signIn());
    await rejection(signIn());
    expect(platform.circuits()).toMatchObject([{ api: path.exchange, state: 'open' }]);
  });

  test('people’s errors, throttling, misconfiguration and refused tokens do not open the circuit', async () => {
    connect(name, { breakerFailures: 1 });
    await signIn();
    for (const person of ['zhaoliu', 'sunqi']) await rejection(signIn(person));
    await rejection(platform.exchangeCode('no-such-code'));
    for (const fault of [
      { kind: 'code-invalid' },
      { kind: 'no-permission' },
      { kind: 'errcode' },
      { kind: 'errcode', errcode: '12345' },
      { kind: 'status', status: 429 },
      // A firewall takes a client's content for an attack.
      { kind: 'html', status: 400 },
      { kind: 'html', status: 403 },
      { kind: 'html', status: 405 },
      ...(name === 'zhezhengding' ? [{ kind: 'other-organisation' } as const] : []),
    ] as const) {
      control().fault({ path: path.exchange, ...fault });
      await rejection(signIn());
    }
    control().fault({ path: path.exchange, kind: 'token-expired' });
    await signIn();
    expect(changes).toEqual([]);
    expect((await signIn()).id).toBe('270101');
  });

  test('the cut-off stops every API at once, for as long as it lasts', async () => {
    connect(name, { breakerFailures: 5 });
    control().fault({ path: path.token, kind: 'punish' });
    const ref = { id: '270101', employeeCode: 'GE_emulated0001' };
    for (const call of [signIn, signIn, () => platform.getPerson(ref)]) {
      expect(await rejection(call())).toMatchObject({ kind: 'busy', retryAfterSeconds: 300 });
    }
    expect(platform.circuits()).toContainEqual({ api: '*', state: 'open', openMs: 300_000 });
    expect(control().calls()).toEqual({ [path.token]: 1 });
    await clock.advance(300_000);
    expect((await signIn()).id).toBe('270101');
    expect(platform.circuits()).toEqual([]);
  });

  test('a broken token API fails fast too, and the other APIs still work', async () => {
    connect(name, { breakerFailures: 2 });
    control().fault({ path: path.token, kind: 'reset', times: 2 });
    await rejection(signIn());
    await rejection(signIn());
    expect(await rejection(signIn())).toMatchObject({ kind: 'busy', api: path.token });
    expect(exchanges()).toBe(0);
    await clock.advance(10_000);
    const person = await signIn();
    control().fault({ path: path.exchange, kind: 'reset', times: 2 });
    await rejection(signIn());
    await rejection(signIn());
    expect(await platform.getPerson(person)).toMatchObject({ id: '270101' });
  });

  test('a circuit that opens while calls wait for their turn refuses them too', async () => {
    connect(name, { callsPerSecond: 2, breakerFailures: 2 });
    await signIn();
    await clock.advance(2000);
    control().fault({ path: path.exchange, kind: 'reset', times: 2 });
    const waiting = Array.from({ length: 4 }, () => rejection(signIn()));
    await Promise.all(waiting.slice(0, 2));
    await clock.advance(1530);
    expect((await Promise.all(waiting)).slice(2)).toEqual(Array(2).fill(refusedBy('circuit')));
    expect(exchanges()).toBe(3);
    // A later call does not queue first.
    const late = rejection(signIn());
    await clock.advance(0);
    expect(clock.sleeping()).toBe(0);
    expect(await late).toMatchObject({ refusedBy: 'circuit', retryAfterSeconds: 9 });
  });

  test('without the settings no call is limited', async () => {
    connect(name, {});
    control().fault({ path: path.exchange, kind: 'reset', times: 30 });
    await Promise.all(Array.from({ length: 30 }, () => rejection(signIn())));
    expect((await signIn()).id).toBe('270101');
    expect(platform.circuits()).toEqual([]);
  });
});

test.each([
  [{ callsPerSecond: 0 }],
  [{ callsPerSecond: 1.5 }],
  [{ breakerFailures: -1 }],
  [{ breakerFailures: Number.NaN }],
])('%j is refused at the start', (wrong) => {
  expect(() => createProtection(wrong, systemClock)).toThrow(RangeError);
});
