import { createSignIn } from '../auth/sign-in.ts';
import { type Built, build } from '../testing/build.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server.close());

test('values of every kind that a sign-in writes come back as they were', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const bytes = new Uint8Array([0, 1, 255]);
  const rows = await server.database.direct.$queryRaw<unknown[]>`
    SELECT ${'中文 $1 \' "'}::text AS text, ${at}::timestamptz AS at, encode(${bytes}::bytea, 'hex') AS hex,
           ${null}::bytea AS nothing, ${at}::timestamptz = '2026-01-02 03:04:05.678+00' AS same`;
  expect(rows).toEqual([{ text: '中文 $1 \' "', at, hex: '0001ff', nothing: null, same: true }]);
});

test('each statement is prepared under one name for all its values', async () => {
  const { $queryRaw } = server.database.direct;
  const count = (n: number) => $queryRaw<unknown[]>`SELECT ${n}::int + 1 AS n`;
  expect([await count(1), await count(2)]).toEqual([[{ n: 2 }], [{ n: 3 }]]);
  expect(await $queryRaw<unknown[]>`SELECT ${1}::int + 2 AS n`).toEqual([{ n: 3 }]);
});

test('a known person’s sign-in does not use Prisma’s client', async () => {
  const { app } = server;
  const untouched = new Proxy(app.prisma, {
    get: (_client, name) => {
      throw new Error(`prisma.${String(name)} was used`);
    },
  });
  const signIn = createSignIn(Object.create(app, { prisma: { value: untouched } }));
  const authCode = server.code('zhangsan');
  const request = { corpId: null, client: 'mini', replaces: null, address: '127.0.0.1' } as const;
  expect(await signIn({ ...request, authCode })).toMatchObject({ outcome: 'signed-in' });
});
