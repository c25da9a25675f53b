import { openDatabase } from '../database/database.ts';
import { type Built, build } from '../testing/build.ts';
import { type Cable, startCable } from '../testing/cable.ts';
import { cheapSeed } from '../testing/cheap-seed.ts';
import { until } from '../testing/client.ts';
import type { TestDatabase } from '../testing/database.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';
import { createPostgresDatabase, dropPostgresDatabase } from '../testing/postgres-databases.ts';

/** What a silent database costs each request. */
const timeoutMs = 1000;
let cable: Cable;
let direct: string;
let server: Built;
let token: string;

beforeAll(async () => {
  direct = await createPostgresDatabase();
  cable = await startCable(direct);
  const database = await openDatabase({ url: cable.url, dataDir: '', poolSize: 4, timeoutMs });
  const behindCable: TestDatabase = { ...database, url: cable.url };
  await cheapSeed(database.prisma);
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

const id = '01900000-0000-7000-8000-000000000000'; // part: notices

/** A busy machine may miss the short limit once; what matters is that nothing has to be restarted. */
const recovered = (name: keyof typeof requests) =>
  until(async () => (await requests[name]()).statusCode === 200, 30_000, `${name} is answered again`);

/** Sessions in memory are good until the heartbeat misses the database, about a second later. */
const sessionsForgotten = () =>
  until(async () => (await requests.me()).statusCode !== 200, 10_000, 'sessions in memory are forgotten');

/** Every route that needs the database, with a request that would be answered otherwise. */
const requests = {
  login: () => post(server, '/api/auth/login', { authCode: server.code('zhangsan') }),
  bind: () => post(server, '/api/auth/bind', { ticket: 't'.repeat(43), username: 'lisi', password: 'x' }),
  logout: () => post(server, '/api/auth/logout', {}, bearer(token)),
  me: () => get(server, '/api/me', token),
  notices: () => get(server, '/api/notices', token), // part: notices
  notice: () => get(server, `/api/notices/${id}`, token), // part: notices
  read: () => post(server, `/api/notices/${id}/read`, {}, bearer(token)), // part: notices
  ready: () => get(server, '/readyz'),
};

/** The metrics that the database tells. */
const all = [
  'locked_subjects',
  'outbox_messages', // part: messages
  'platform_event_lag_seconds', // part: events
];

describe.each(['pull', 'swallow'] as const)('when the database is gone (%s)', (way) => {
  test.each(Object.keys(requests) as (keyof typeof requests)[])('%s says so in time', async (name) => {
    cable[way]();
    if (name === 'me') await sessionsForgotten();
    const started = performance.now();
    expectFault(await requests[name](), 503, 'DATABASE_UNAVAILABLE');
    expect(performance.now() - started).toBeLessThan(5 * timeoutMs + 10_000);
    expect((await get(server, '/healthz')).json()).toEqual({ status: 'ok' });
    cable.mend();
    await recovered('ready');
    // The session is still there.
    await recovered('me');
  });

  test('a sign-in works again', async () => {
    cable[way]();
    await requests.login();
    cable.mend();
    await recovered('login');
  });

  test('the metrics are shown all the same, without those that the database tells', async () => {
    // part: messages
    await server.prisma.outboxMessage.create({
      data: {
        dedupKey: `metrics ${way}`,
        kind: 'DING',
        receivers: ['270101'],
        content: {},
        status: 'FAILED',
      },
    });
    const shown = async () => {
      const { statusCode, body } = await get(server, '/metrics');
      expect(statusCode).toBe(200);
      expect(body).toMatch(/^sign_ins_total\{.+\} [1-9]/m);
      return {
        up: /^database_up (\d)$/m.exec(body)?.[1],
        told: all.filter((name) => body.includes(`\n${name}`)),
      };
    };
    expect(await shown()).toEqual({ up: '1', told: all });
    cable[way]();
    expect(await shown()).toEqual({ up: '0', told: [] });
    cable.mend();
    await until(async () => (await shown()).up === '1', 5000, 'the database is up again');
    expect(await shown()).toEqual({ up: '1', told: all });
  });

  test('many requests at once are all answered', async () => {
    cable[way]();
    await sessionsForgotten();
    const answers = await Promise.all(Array.from({ length: 20 }, () => requests.me()));
    for (const answer of answers) expectFault(answer, 503, 'DATABASE_UNAVAILABLE');
    cable.mend();
    await recovered('me');
  });
});
