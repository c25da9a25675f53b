import { type Built, build } from '../testing/build.ts';
import { bearer, get, post, ticketOf } from '../testing/http.ts';
import { openDatabaseClock } from './clock.ts';

/** Two instances on one database; the clock of the second one's machine is a day ahead. */
const dayMs = 24 * 3_600_000;
let first: Built;
let second: Built;

beforeAll(async () => {
  first = await build({ clock: (database) => openDatabaseClock(database.prisma) });
  second = await build({
    database: first.database,
    emulator: first.emulator,
    clock: (database, log) => openDatabaseClock(database.prisma, log, () => Date.now() + dayMs),
  });
});
afterAll(async () => {
  await second?.close();
  await first?.close();
});

test('a session works on an instance whose machine is a day ahead, and on one that is a day behind', async () => {
  for (const [here, there] of [
    [first, second],
    [second, first],
  ] as const) {
    const token = await here.tokenOf('zhangsan');
    expect((await get(there, '/api/me', token)).statusCode).toBe(200);
    await there.app.accounts.sessions.sweep();
    expect((await get(here, '/api/me', token)).statusCode).toBe(200);
    await post(here, '/api/auth/logout', {}, bearer(token));
  }
});

test('a ticket and a lock last equally long on an instance whose machine is a day ahead', async () => {
  const guess = async (server: Built, ticket: string, password = 'wrong') =>
    server.bind({ ticket, username: 'lisi', password });
  const ticket = await ticketOf(first, 'lisi');
  for (let at = 0; at < 4; at += 1) {
    expect(await guess(second, ticket)).toMatchObject({ reason: 'INVALID_CREDENTIALS' });
  }
  for (const server of [second, first]) {
    const { retryAfterSeconds } = (await guess(server, ticket)) as { retryAfterSeconds?: number };
    expect(retryAfterSeconds).toBeGreaterThan(55);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  }
});

test('the log says by how much a machine’s clock is wrong, and names NTP', () => {
  const said = (server: Built) => server.logs().filter(({ msg }) => /NTP/.test(String(msg)));
  expect(said(second)).toHaveLength(1);
  expect(Number(said(second)[0]?.machineBehindMs)).toBeLessThan(-dayMs + 60_000);
});

test('a clock that is changed while the server runs is corrected at the next comparison', async () => {
  let wrongMs = 0;
  const clock = await openDatabaseClock(first.prisma, undefined, () => Date.now() + wrongMs);
  wrongMs = -3_600_000;
  expect(clock.now()).toBeLessThan(Date.now() - 3_000_000);
  await clock.adjust?.();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5000);
});
