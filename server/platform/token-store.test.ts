import { createSealing } from '../database/sealing.ts';
import { type Built, build } from '../testing/build.ts';
import { paths } from '../testing/platforms.ts';
import { databaseTokenStore } from './token-store.ts';

const app = 'dingtalk:emulator-dingtalk-key';

/** The app token of an instance's platform as the emulator gave it, read with the instance's own key. */
async function tokenInStore(server: Built): Promise<string> {
  const store = databaseTokenStore(server.database, createSealing(server.config.secretKey));
  const stored = await store.read(app);
  if (stored === null) throw new Error('no token is stored');
  return stored.token;
}

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

  const fetched = () => first.emulator.control.calls()[paths.dingtalk.token] ?? 0;

  test('share their sessions', async () => {
    const token = await first.tokenOf('zhangsan');
    for (const one of others) {
      const me = await one.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${token}` } });
      expect(me.statusCode).toBe(200);
    }
  });

  test('store the token encrypted, each time differently', async () => {
    const token = await tokenInStore(first);
    const sealing = createSealing(first.config.secretKey);
    const row = await first.prisma.platformToken.findUniqueOrThrow({ where: { app } });
    expect(row.token).not.toContain(token);
    expect(Buffer.from(row.token, 'base64').toString('latin1')).not.toContain(token);
    expect(sealing.seal(token, app)).not.toBe(sealing.seal(token, app));
  });

  test('drop a refused app token, but not the one that another instance has written meanwhile', async () => {
    const { database, config } = first;
    const sealing = createSealing(config.secretKey);
    const expiresAt = Date.now() + 60_000;
    const store = databaseTokenStore(database, sealing);
    await store.write('an-app', { token: 'refused', expiresAt });
    const prisma = database.prisma.$extends({
      query: {
        platformToken: {
          async deleteMany({ args, query }) {
            await store.write('an-app', { token: 'newer', expiresAt });
            return query(args);
          },
        },
      },
    }) as unknown as typeof database.prisma;
    await databaseTokenStore({ ...database, prisma }, sealing).drop('an-app', 'refused');
    expect((await store.read('an-app'))?.token).toBe('newer');
    await store.drop('an-app', 'refused');
    expect((await store.read('an-app'))?.token).toBe('newer');
    await store.drop('an-app', 'newer');
    expect(await store.read('an-app')).toBeNull();
  });

  test('fetch a token of their own with another SECRET_KEY', async () => {
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
