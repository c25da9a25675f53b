import type { TestPhone } from './phone.ts';
import { type Answer, fault, prepareStandIn, ready } from './stand-in-journey.ts';

const standIn = prepareStandIn();
const { phone, start, logins, signedIn } = standIn;

/** A place in line; a server never says less than a second, but a test need not wait so long. */
const wait = (place: string, retryAfterSeconds = 0.02, expectedSeconds = 130): Answer => ({
  body: { outcome: 'wait', place, retryAfterSeconds, expectedSeconds },
});

/** The sign-ins are answered so, one after the other. */
function answerLogins(...answers: Answer[]): void {
  standIn.answers['/api/auth/login'] = () => answers.shift() ?? signedIn();
}

function quick(device = phone()): TestPhone {
  // Faster yet, and the time-outs of requests would end on a busy machine.
  device.timerSpeed = 20;
  return device;
}

const codesAndPlaces = () => logins().map(({ authCode, place }) => [authCode, place]);

test('a person who must wait sees how long, and is signed in without a tap, with the same code', async () => {
  answerLogins(wait('place-1', 30), wait('place-1'), wait('place-1'));
  const device = quick();
  const run = start(device);
  const page = await run.waitFor('wait', (data) => data.left !== '');
  expect(page.data.left).toBe('大约还要 3 分钟');
  device.clockAheadMs = 30_000;
  await run.waitFor('home', ready);
  expect(codesAndPlaces()).toEqual([['code-1', null], ...Array(3).fill(['code-1', 'place-1'])]);
  expect(run.count('getAuthCode')).toBe(1);
  expect([...device.values.keys()]).toEqual(['session:dingemulator0001']);
});

test('after the wait the wanted page opens', async () => {
  answerLogins(wait('place-1'));
  const run = start(quick(), { url: '/pages/sessions/index' });
  await run.waitFor('sessions', ready);
  expect(logins()).toHaveLength(2);
});

test('near the end of the wait the page says so', async () => {
  answerLogins(wait('place-1', 30, 1));
  const page = await start(quick()).waitFor('wait', (data) => data.left !== '');
  expect(page.data.left).toBe('马上就轮到您了');
});

test('a person who closes the program keeps the place, and the server is not asked too early', async () => {
  answerLogins(wait('place-1', 30));
  const device = quick();
  (await start(device).waitFor('wait')).call('onUnload');
  const again = start(device);
  await again.waitFor('wait', (data) => data.left !== '');
  expect(logins()).toHaveLength(1);
  device.clockAheadMs = 30_000;
  await again.waitFor('home', ready);
  expect(codesAndPlaces()).toEqual([
    ['code-1', null],
    ['code-2', 'place-1'],
  ]);
});

test('a code that expires during the wait is replaced, and the place is kept', async () => {
  answerLogins(wait('place-1', 30));
  const device = quick();
  const run = start(device);
  await run.waitFor('wait', (data) => data.left !== '');
  device.clockAheadMs = 5 * 60_000;
  await run.waitFor('home', ready);
  expect(codesAndPlaces()).toEqual([
    ['code-1', null],
    ['code-2', 'place-1'],
  ]);
});

test('a code that is refused after the wait is replaced once, and the place is kept', async () => {
  answerLogins(wait('place-1'), fault(401, 'AUTH_CODE_INVALID'));
  await start(quick()).waitFor('home', ready);
  expect(codesAndPlaces()).toEqual([
    ['code-1', null],
    ['code-1', 'place-1'],
    ['code-2', 'place-1'],
  ]);
});

test('after a fault during the wait, retry continues with the place and a new code', async () => {
  answerLogins(wait('place-1'), fault(502, 'PLATFORM_FAULT'));
  const run = start(quick());
  const page = await run.waitFor('trouble');
  page.call('retry');
  await run.waitFor('home', ready);
  expect(codesAndPlaces().at(-1)).toEqual(['code-2', 'place-1']);
});

test('a phone whose clock was set back does not wait longer', async () => {
  answerLogins(wait('place-1', 30));
  const device = quick();
  const run = start(device);
  await run.waitFor('wait', (data) => data.left !== '');
  device.clockAheadMs = -3_600_000;
  await run.waitFor('home', ready);
});

test('an answer without a place or a time is trouble', async () => {
  answerLogins({ body: { outcome: 'wait', retryAfterSeconds: 1 } });
  const page = await start(quick()).waitFor('trouble');
  expect(page.data.fault).toMatchObject({ code: 'ANSWER_UNEXPECTED' });
});

test('a code that the platform may have used is not sent again', async () => {
  const { body } = wait('place-1');
  answerLogins({ body: { ...(body as object), newCode: true } });
  await start(quick()).waitFor('home', ready);
  expect(codesAndPlaces()).toEqual([
    ['code-1', null],
    ['code-2', 'place-1'],
  ]);
});
