import { type Database, openDatabase } from '../database/database.ts';
import { createSealing } from '../database/sealing.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { PlatformError } from './platform.ts';
import { databaseTokenStore, type TokenStore } from './token-store.ts';

/** Instances that take turns to fetch the app token, and one whose turn does not come. */

const zhangsan = idOf('zhangsan');
const app = 'dingtalk:emulator-dingtalk-key';
let outbox: Outbox;
let database: Database;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
  database = await openDatabase({
    url: outbox.databaseUrl,
    dataDir: '',
    poolSize: 5,
    timeoutMs: 10_000,
  });
});
afterAll(async () => {
  await database.close();
  await outbox.close();
});
beforeEach(() => outbox.reset());

/** An instance's store; it waits for its turn half of `turnMs`. */
const store = (turnMs?: number): TokenStore => databaseTokenStore(database, createSealing('a key'), turnMs);

/** Another instance that holds the turn until it is told to let go. */
async function holdTurn(): Promise<() => Promise<void>> {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((holds) => {
    ended = store().exclusively(app, async () => {
      holds();
      await released;
    });
  });
  return () => {
    letGo();
    return ended;
  };
}

test('an instance that waits too long for its turn is told to come back, and the platform is not asked', async () => {
  const letGo = await holdTurn();
  const refused = store(4000).exclusively(app, async () => 'done');
  await expect(refused).rejects.toBeInstanceOf(PlatformError);
  await expect(refused).rejects.toMatchObject({ kind: 'busy', neverSent: true, retryAfterSeconds: 5 });
  await letGo();
  expect(await store().exclusively(app, async () => 'done')).toBe('done');
});

test('a DING without an app token was certainly not sent: it is sent later, once', async () => {
  const letGo = await holdTurn();
  await outbox.add('alarm', { kind: 'DING', content: { type: 'text', text: '紧急' } });
  const worker = outbox.worker({ platform: outbox.connect({}, store(4000)) });
  await worker.drain();
  expect(await outbox.row()).toMatchObject({
    status: 'PENDING',
    attempts: 1,
    lastError: expect.stringContaining('应用令牌'),
  });
  await letGo();
  outbox.advance(10_000);
  await worker.drain();
  expect(await outbox.row()).toMatchObject({ status: 'SENT', attempts: 2 });
  expect(outbox.received('紧急')).toEqual({ [zhangsan]: 1 });
});
