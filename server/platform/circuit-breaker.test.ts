import { manualClock } from '../testing/test-clock.ts';
import { type CircuitChange, createCircuitBreaker, type Permit } from './circuit-breaker.ts';

function setUp() {
  const clock = manualClock();
  const changes: CircuitChange[] = [];
  const breaker = createCircuitBreaker({
    failures: 5,
    windowMs: 60_000,
    openMs: 10_000,
    now: clock.now,
    onChange: (change) => changes.push(change),
  });
  const enter = (): Permit => {
    const permit = breaker.enter();
    if (typeof permit === 'number') throw new Error(`refused for ${permit} ms`);
    return permit;
  };
  const fail = (times: number) => {
    for (let time = 0; time < times; time += 1) enter().failed();
  };
  return { clock, changes, breaker, enter, fail };
}

test('five failures open it; it refuses calls with the remaining time, and then lets one call try', async () => {
  const { clock, changes, breaker, enter, fail } = setUp();
  fail(4);
  expect(breaker.state()).toBe('closed');
  fail(1);
  expect(breaker.state()).toBe('open');
  expect(breaker.enter()).toBe(10_000);
  await clock.advance(9_999);
  expect(breaker.enter()).toBe(1);
  await clock.advance(1);
  expect(breaker.refusesFor()).toBe(0);
  const probe = enter();
  expect(breaker.state()).toBe('half-open');
  expect(breaker.enter()).toBe(1000);
  probe.succeeded();
  expect(breaker.state()).toBe('closed');
  expect(changes).toEqual([
    { state: 'open', openMs: 10_000 },
    { state: 'half-open', openMs: 0 },
    { state: 'closed', openMs: 0 },
  ]);
  // Earlier failures are forgotten.
  fail(4);
  expect(breaker.state()).toBe('closed');
});

test('a failed trial opens it again; a trial that was not made is left to the next call', async () => {
  const { clock, breaker, enter, fail } = setUp();
  fail(5);
  await clock.advance(10_000);
  enter().failed();
  expect(breaker.state()).toBe('open');
  expect(breaker.enter()).toBe(10_000);
  await clock.advance(10_000);
  enter().abandoned();
  enter().succeeded();
  expect(breaker.state()).toBe('closed');
});

test('rare failures among many successes do not open it, frequent ones do', () => {
  const { breaker, enter, fail } = setUp();
  for (let round = 0; round < 50; round += 1) {
    fail(1);
    enter().succeeded();
    enter().succeeded();
  }
  expect(breaker.state()).toBe('closed');
  for (let round = 0; round < 5; round += 1) {
    if (breaker.state() === 'open') break;
    enter().succeeded();
    fail(1);
  }
  expect(breaker.state()).toBe('open');
});

test('failures of a minute ago do not count', async () => {
  const { clock, breaker, fail } = setUp();
  fail(4);
  await clock.advance(60_000);
  fail(1);
  expect(breaker.state()).toBe('closed');
});

test('calls that began before a change neither close it nor keep it open longer', async () => {
  const { clock, changes, breaker, enter } = setUp();
  const [early, late, ...burst] = Array.from({ length: 22 }, enter);
  for (const permit of burst.slice(0, 5)) permit.failed();
  early?.succeeded();
  expect(breaker.state()).toBe('open');
  await clock.advance(9_000);
  for (const permit of burst.slice(5)) permit.failed();
  await clock.advance(1_000);
  expect(breaker.refusesFor()).toBe(0);
  expect(changes).toEqual([{ state: 'open', openMs: 10_000 }]);
  const probe = enter();
  late?.succeeded();
  expect(breaker.state()).toBe('half-open');
  probe.failed();
  expect(breaker.state()).toBe('open');
});

test('a pause that the platform asks for opens it for that time; a shorter one does not shorten it', async () => {
  const { clock, breaker, enter } = setUp();
  breaker.trip(300_000);
  breaker.trip(1000);
  expect(breaker.enter()).toBe(300_000);
  await clock.advance(300_000);
  enter().succeeded();
  expect(breaker.state()).toBe('closed');
});
