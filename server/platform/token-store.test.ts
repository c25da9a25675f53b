import { createSealing } from '../database/sealing.ts';
import { type Built, build } from '../testing/build.ts';
import { databaseTokenStore } from './token-store.ts';

const paths = { dingtalk: '/v1.0/oauth2/accessToken', zhezhengding: '/gettoken.json' } as const;
const app = 'dingtalk:emulator-dingtalk-key';

/** The app token of an instance's platform as the emulator gave it, read with the instance's own key. */
async function tokenInStore(server: Built): Promise<string> {
  const store = databaseTokenStore(server.database, createSealing(server.config.secretKey));
  const stored = await store.read(app);
  if (stored === null) throw new Error('no token is stored');
  return stored.token;
}

test.each(['dingtalk', 'zhezhengding'] as const)(
  'after 200 first sign-ins at once on %s the platform was asked for one token',
  async (platform) => {
    // 200 at once take longer than one does.
    const server = await build({ platform, env: { PLATFORM_TIMEOUT_MS: '30000' } });
    try {
      const outcomes = await Promise.all(Array.from({ length: 200 }, () => server.login('zhangsan')));
      expect(outcomes.every(({ outcome }) => outcome === 'signed-in')).toBe(true);
      expect(server.emulator.control.calls()[paths[platform]]).toBe(1);
      expect(await server.prisma.session.count()).toBe(200);
    } finally {
      await server.close();
    }
  },
);

describe('instances on one database', () => {
  let first: Built;
  let others: Built[];
  beforeAll(async () => {
    first = await build();
    const { database, emulator } = first;
    others = [await build({ database, emulator }), await build({ database, emulator })];
  });
  afterAll(async () => {
    for (const one of others) await one.close();
    await first.close();
  });

  const fetched = () => first.emulator.control.calls()[paths.dingtalk] ?? 0;

  // The embedded database has one process only, and there its single flight holds.
  const everyInstance = () => (first.database.kind === 'postgresql' ? [first, ...others] : [first]);

  test('started cold and all at once, fetch one token', async () => {
    await Promise.all(everyInstance().flatMap((one) => Array.from({ length: 10 }, () => one.login('admin'))));
    expect(fetched()).toBe(1);
  });

  test('a later one takes the token from the database', async () => {
    for (const one of others) expect(await one.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
    expect(fetched()).toBe(1);
  });

  test('a session of one is a session of all', async () => {
    const token = await first.tokenOf('zhangsan');
    for (const one of others) {
      const me = await one.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${token}` } });
      expect(me.statusCode).toBe(200);
    }
  });

  test('the token lies encrypted, and each time differently', async () => {
    const token = await tokenInStore(first);
    const sealing = createSealing(first.config.secretKey);
    const row = await first.prisma.platformToken.findUniqueOrThrow({ where: { app } });
    expect(row.token).not.toContain(token);
    expect(Buffer.from(row.token, 'base64').toString('latin1')).not.toContain(token);
    expect(sealing.seal(token, app)).not.toBe(sealing.seal(token, app));
  });

  test('another SECRET_KEY cannot read it, and simply fetches its own', async () => {
    const { database, emulator } = first;
    const rekeyed = await build({
      database,
      emulator,
      env: { SECRET_KEY: 'another-key-of-more-than-32-chars' },
    });
    try {
      const before = fetched();
      expect(await rekeyed.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
      expect(fetched()).toBe(before + 1);
      await tokenInStore(rekeyed);
      await expect(tokenInStore(first)).rejects.toThrow('no token is stored');
    } finally {
      await rekeyed.close();
    }
  });
});

describe('what is sealed', () => {
  const sealing = createSealing('a key');
  const sealed = sealing.seal('text 文字', 'here');

  test('opens with its key, in its place, unaltered', () => {
    expect(sealing.open(sealed, 'here')).toBe('text 文字');
    expect(createSealing('a key').open(sealed, 'here')).toBe('text 文字');
  });

  test('opens in no other way', () => {
    const bytes = Buffer.from(sealed, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(sealing.open(altered.toString('base64'), 'here')).toBeNull();
    }
    expect(sealing.open(sealed, 'there')).toBeNull();
    expect(createSealing('another key').open(sealed, 'here')).toBeNull();
    for (const short of ['', 'AAAA', sealed.slice(0, 20)]) expect(sealing.open(short, 'here')).toBeNull();
  });
});
