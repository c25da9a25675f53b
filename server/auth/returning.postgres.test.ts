import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';

/** Only on PostgreSQL: with the embedded database's single connection nothing waits. */

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

async function waiting(): Promise<number> {
  const [row] = await server.prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

test('a person who had left can come back on two devices at the same moment', async () => {
  const where = { username: 'zhangsan' };
  await server.prisma.user.update({ where, data: { leftAt: new Date(0) } });
  // Every write to `users` waits for this test, with its locks.
  await server.prisma.$executeRawUnsafe(`
    CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NULL; END $$`);
  await server.prisma.$executeRawUnsafe(`
    CREATE TRIGGER wait_for_the_test BEFORE UPDATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION wait_for_the_test()`);
  const devices: ReturnType<Built['login']>[] = [];
  await server.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(77)`;
      devices.push(server.login('zhangsan'), server.login('zhangsan'));
      await until(async () => (await waiting()) === devices.length, 20_000, 'both devices wait');
    },
    { timeout: 30_000 },
  );
  const outcomes = await Promise.all(devices);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['signed-in', 'signed-in']);
  expect(await server.prisma.user.findUnique({ where })).toMatchObject({ leftAt: null });
});
