import { seed } from '../prisma/seed.ts';
import { openDatabase } from './database/database.ts';
import { type Built, build } from './testing/build.ts';
import { type Cable, startCable } from './testing/cable.ts';
import { createPostgresDatabase, dropPostgresDatabase, type TestDatabase } from './testing/database.ts';
import { bearer, expectFault, get, post } from './testing/http.ts';

const timeoutMs = 400;
let cable: Cable;
let direct: string;
let server: Built;
let token: string;

beforeAll(async () => {
  direct = await createPostgresDatabase();
  cable = await startCable(direct);
  const database = await openDatabase({ url: cable.url, dataDir: '', poolSize: 4, timeoutMs });
  const behindCable: TestDatabase = { ...database, url: cable.url };
  await seed(database.prisma);
  server = await build({ database: behindCable });
  token = await server.tokenOf('zhangsan');
});

afterAll(async () => {
  await server.close();
  await server.database.close();
  await cable.close();
  await dropPostgresDatabase(direct);
});

afterEach(() => cable.mend());

const id = '01900000-0000-7000-8000-000000000000';

/** Every route that needs the database, with a request that would be answered otherwise. */
const requests = {
  login: () => post(server, '/api/auth/login', { authCode: server.code('zhangsan') }),
  bind: () => post(server, '/api/auth/bind', { ticket: 't'.repeat(43), username: 'lisi', password: 'x' }),
  logout: () => post(server, '/api/auth/logout', {}, bearer(token)),
  me: () => get(server, '/api/me', token),
  notices: () => get(server, '/api/notices', token),
  notice: () => get(server, `/api/notices/${id}`, token),
  read: () => post(server, `/api/notices/${id}/read`, {}, bearer(token)),
  ready: () => get(server, '/readyz'),
};

describe.each(['pull', 'swallow'] as const)('when the database is gone (%s)', (way) => {
  test.each(Object.keys(requests) as (keyof typeof requests)[])('%s says so in time', async (name) => {
    cable[way]();
    const started = performance.now();
    expectFault(await requests[name](), 503, 'DATABASE_UNAVAILABLE');
    expect(performance.now() - started).toBeLessThan(5 * timeoutMs + 2000);
    expect((await get(server, '/healthz')).json()).toEqual({ status: 'ok' });
    cable.mend();
    // Recovered without a restart, and the session is still there.
    expect((await requests.ready()).statusCode).toBe(200);
    expect((await requests.me()).statusCode).toBe(200);
  });

  test('a sign-in works again at once', async () => {
    cable[way]();
    await requests.login();
    cable.mend();
    expect((await requests.login()).json()).toMatchObject({ outcome: 'signed-in' });
  });

  test('many requests at once are all answered', async () => {
    cable[way]();
    const answers = await Promise.all(Array.from({ length: 20 }, () => requests.me()));
    for (const answer of answers) expectFault(answer, 503, 'DATABASE_UNAVAILABLE');
    cable.mend();
    expect((await requests.me()).statusCode).toBe(200);
  });
});
