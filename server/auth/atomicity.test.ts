import { development } from '../config/constants.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post, rowCounts, ticketOf } from '../testing/http.ts';

/** A failed write inside a sign-in leaves the old state, and the next try succeeds. */

const { password } = development;
let server: Built;

beforeAll(async () => {
  server = await build({ env: { MATCH_BY_MOBILE: 'on' } });
  await server.prisma.$executeRawUnsafe(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'broken on purpose'; END $$`);
});
afterAll(() => server.close());

/** Runs `work` while rows that fit `condition` cannot be written to `table`. */
async function whileBroken(table: string, condition: string, work: () => Promise<void>): Promise<void> {
  await server.prisma.$executeRawUnsafe(`
    CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (${condition})
    EXECUTE FUNCTION fail()`);
  try {
    await work();
  } finally {
    await server.prisma.$executeRawUnsafe(`DROP TRIGGER broken ON ${table}`);
  }
}

/** Every write of a binding's transaction. */
const writes: [string, string][] = [
  ['sessions', 'true'],
  ['bind_tickets', 'NEW.consumed_at IS NOT NULL'],
  ['users', 'true'],
  ['audit_log', "NEW.action = 'account.bound'"],
  ['audit_log', "NEW.action = 'sign-in'"],
];

test.each(writes)(
  'a binding that fails at %s (%s) leaves ticket and account untouched',
  async (table, when) => {
    const { prisma } = server;
    await prisma.user.updateMany({ where: { username: 'lisi' }, data: { dingUserId: null, mobile: null } });
    const ticket = await ticketOf(server, 'lisi');
    const before = await rowCounts(prisma);
    const lisi = await prisma.user.findUnique({ where: { username: 'lisi' } });
    await whileBroken(table, when, async () => {
      const response = await post(server, '/api/auth/bind', { ticket, username: 'lisi', password });
      expectFault(response, 500, 'INTERNAL_ERROR');
    });
    expect(await rowCounts(prisma)).toEqual(before);
    expect(await prisma.user.findUnique({ where: { username: 'lisi' } })).toEqual(lisi);
    expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject({ outcome: 'signed-in' });
  },
);

test.each(writes.filter(([table]) => table !== 'bind_tickets'))(
  'a match by mobile number that fails at %s (%s) links nothing',
  async (table, when) => {
    const { prisma } = server;
    await prisma.user.updateMany({
      where: { username: 'lisi' },
      data: { dingUserId: null, boundAt: null, mobile: '10000000002' },
    });
    const before = await rowCounts(prisma);
    await whileBroken(table, when, async () => {
      const response = await post(server, '/api/auth/login', { authCode: server.code('lisi') });
      expectFault(response, 500, 'INTERNAL_ERROR');
    });
    expect(await rowCounts(prisma)).toEqual(before);
    expect(await server.login('lisi')).toMatchObject({ outcome: 'signed-in' });
  },
);

test('a failed attempt is counted even if the next write fails', async () => {
  const ticket = await ticketOf(server, 'wangwu');
  await whileBroken('audit_log', "NEW.action = 'bind.refused'", async () => {
    const response = await post(server, '/api/auth/bind', { ticket, username: 'lisi', password: 'wrong' });
    expectFault(response, 500, 'INTERNAL_ERROR');
  });
  expect(await server.bind({ ticket, username: 'lisi', password: 'wrong' })).toMatchObject({
    attemptsLeft: 3,
  });
});
