import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post, ticketOf } from '../testing/http.ts';

/** A vendor's account system: one account, and faults on demand. */
let accounts: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let accountSystem: Record<string, string>;
let server: Built;

const json = (response: ServerResponse, value: unknown) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

function honest(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.headers.authorization !== 'Bearer shared-secret') {
    response.statusCode = 403;
    response.end();
    return;
  }
  const { username, password } = JSON.parse(body) as Record<string, string>;
  const valid = username === 'w.wu' && password === 'their own password';
  json(response, valid ? { valid, name: '王五', department: '规划处', level: 7 } : { valid: false });
}

beforeAll(async () => {
  accounts = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    answer(request, response, body);
  }).listen(0, '127.0.0.1');
  await once(accounts, 'listening');
  const { port } = accounts.address() as AddressInfo;
  accountSystem = {
    CREDENTIALS_URL: `http://127.0.0.1:${port}/verify`,
    CREDENTIALS_SECRET: 'shared-secret',
    // A busy machine must not cause a time-out.
    CREDENTIALS_TIMEOUT_MS: '20000',
  };
  server = await build({ env: accountSystem });
});
beforeEach(() => {
  answer = honest;
});
afterAll(async () => {
  await server?.close();
  accounts.closeAllConnections();
  await once(accounts.close(), 'close');
});

const bind = async (password: string, username = 'w.wu', at = server) =>
  post(at, '/api/auth/bind', { ticket: await ticketOf(server, 'wangwu'), username, password });

test('a password that the account system refuses is a wrong password, and counts', async () => {
  expect((await bind('wrong')).json()).toEqual({
    outcome: 'bind-rejected',
    reason: 'INVALID_CREDENTIALS',
    attemptsLeft: 4,
  });
  expect(await server.prisma.user.findUnique({ where: { username: 'w.wu' } })).toBeNull();
});

test.each<[string, typeof answer]>([
  ['an HTTP fault', (_request, response) => void response.writeHead(500).end('{"valid": false}')],
  ['a redirect', (_request, response) => void response.writeHead(302, { location: '/ok' }).end()],
  ['HTML', (_request, response) => void response.end('<html>维护中</html>')],
  ['another shape', (_request, response) => void json(response, { valid: 'yes', name: '王五' })],
  ['a nameless account', (_request, response) => void json(response, { valid: true })],
  ['NUL in a name', (_request, response) => void json(response, { valid: true, name: '王\u0000五' })],
  [
    'half a character in the department',
    (_request, response) => void json(response, { valid: true, name: '王五', department: '\ud800' }),
  ],
  ['an endless answer', (_request, response) => void response.end('x'.repeat(1024 * 1024))],
  ['a reset', (request) => void request.socket.destroy()],
])('%s is a fault, never a wrong password, and does not count', async (_what, fault) => {
  await server.prisma.lockout.deleteMany();
  answer = fault;
  for (let at = 0; at < 6; at += 1)
    expectFault(await bind('their own password'), 503, 'ACCOUNTS_UNAVAILABLE');
  answer = honest;
  expect((await bind('wrong')).json()).toMatchObject({ attemptsLeft: 4 });
});

test('an account system that does not answer in time is a fault, and the attempt does not count', async () => {
  await server.prisma.lockout.deleteMany();
  const env = { ...accountSystem, CREDENTIALS_TIMEOUT_MS: '300' };
  const hasty = await build({ env, database: server.database, emulator: server.emulator });
  answer = () => {};
  for (let at = 0; at < 6; at += 1)
    expectFault(await bind('their own password', 'w.wu', hasty), 503, 'ACCOUNTS_UNAVAILABLE');
  await hasty.close();
  answer = honest;
  expect((await bind('wrong')).json()).toMatchObject({ attemptsLeft: 4 });
});

test('the right password binds, and the account’s row has no password', async () => {
  await server.prisma.lockout.deleteMany();
  const bound = await bind('their own password');
  expect(bound.json()).toMatchObject({ outcome: 'signed-in', user: { username: 'w.wu', name: '王五' } });
  expect(await server.prisma.user.findUnique({ where: { username: 'w.wu' } })).toMatchObject({
    passwordHash: null,
    department: '规划处',
    dingUserId: '270103',
  });
  const { session } = bound.json<{ session: { token: string } }>();
  const change = await post(
    server,
    '/api/me/password',
    { currentPassword: 'their own password', newPassword: 'correct horse battery' },
    { authorization: `Bearer ${session.token}` },
  );
  expect(change.json()).toEqual({ outcome: 'password-rejected', reason: 'NO_PASSWORD_HERE' });
});

describe('a one-time password from before the account system', () => {
  const username = 'w.wu';
  const passwords = {
    passwordHash: 'once-kept-here',
    mustChangePassword: true,
    passwordExpiresAt: new Date(0),
  };
  beforeEach(async () => {
    await server.prisma.lockout.deleteMany();
    await server.prisma.user.deleteMany({ where: { username } });
  });

  test('does not stop its owner from binding', async () => {
    await server.prisma.user.create({ data: { username, name: '王五', ...passwords } });
    expect((await bind('their own password')).json()).toMatchObject({ outcome: 'signed-in' });
  });

  test('lets an administrator sign in to the console without a change of password', async () => {
    await server.prisma.user.create({ data: { username, name: '王五', role: 'AUDITOR', ...passwords } });
    const attempt = { username, password: 'their own password' };
    const response = await post(server, '/api/auth/console/sign-in', attempt);
    expect(response.json()).toMatchObject({ outcome: 'signed-in', user: { role: 'AUDITOR' } });
    await server.prisma.user.deleteMany({ where: { username } });
  });
});

describe('one account of the account system is one account here, however its name is typed', () => {
  const spellings = ['Wang.Wu', 'wang.wu', ' wang.wu ', 'ｗａｎｇ．ｗｕ', 'WANG.WU', 'wanG.wu', 'WANG.ｗｕ'];
  /** As MySQL compares by default. */
  const plain = (name: string) =>
    name
      .normalize('NFKD')
      .replace(/[\p{M}\p{Cf}]/gu, '')
      .trim()
      .toLowerCase();
  const lenient =
    (more: (typed: string) => object = () => ({})): typeof answer =>
    (_request, response, body) => {
      const { username = '', password } = JSON.parse(body) as Record<string, string>;
      const valid = plain(username) === 'wang.wu' && password === 'their own password';
      json(response, valid ? { valid, name: '王五', ...more(username) } : { valid: false });
    };
  const rows = () => server.prisma.user.findMany({ where: { name: '王五' }, select: { username: true } });

  beforeEach(async () => {
    await server.prisma.lockout.deleteMany();
    await server.prisma.user.deleteMany({ where: { OR: [{ name: '王五' }, { username: 'wangwu' }] } });
    answer = lenient();
  });

  test('all spellings lead to one row', async () => {
    for (const spelling of spellings) {
      expect((await bind('their own password', spelling)).json()).toMatchObject({ outcome: 'signed-in' });
      await server.prisma.user.updateMany({
        where: { name: '王五' },
        data: { dingUserId: null, boundAt: null },
      });
    }
    expect(await rows()).toEqual([{ username: 'wang.wu' }]);
  });

  test.each([
    ['without a row', null],
    ['with an imported row in capitals', 'Wang.Wu'],
  ])('all spellings are counted together, %s', async (_what, imported) => {
    if (imported !== null) await server.prisma.user.create({ data: { username: imported, name: '王五' } });
    const people = ['lisi', 'wangwu'];
    const outcomes: { reason?: string }[] = [];
    for (const [at, spelling] of spellings.entries()) {
      const ticket = await ticketOf(server, people[at % 2] ?? '');
      outcomes.push(
        (await post(server, '/api/auth/bind', { ticket, username: spelling, password: 'wrong' })).json(),
      );
    }
    expect(outcomes.map(({ reason }) => reason)).toEqual([
      ...Array(4).fill('INVALID_CREDENTIALS'),
      ...Array(3).fill('LOCKED'),
    ]);
  });

  test('a row with capitals in its user name is found', async () => {
    await server.prisma.user.create({ data: { username: 'Wang.Wu', name: '王五', role: 'AUDITOR' } });
    expect((await bind('their own password', 'wang.wu')).json()).toMatchObject({
      user: { username: 'Wang.Wu', role: 'AUDITOR' },
    });
    expect(await rows()).toHaveLength(1);
  });

  test('the user name that the account system gives wins over the typed one', async () => {
    answer = lenient(() => ({ username: 'E1007' }));
    expect((await bind('their own password', 'Wang.Wu')).json()).toMatchObject({
      user: { username: 'E1007' },
    });
    await server.prisma.user.updateMany({
      where: { name: '王五' },
      data: { dingUserId: null, boundAt: null },
    });
    // Compared exactly: for such a system they may be two people.
    answer = lenient(() => ({ username: 'e1007' }));
    expect((await bind('their own password', 'Wang.Wu')).json()).toMatchObject({
      user: { username: 'e1007' },
    });
  });

  test('of two people who prove a new account at once one binds it, and neither meets a fault', async () => {
    const tickets = [await ticketOf(server, 'lisi'), await ticketOf(server, 'wangwu')];
    // The account system answers both at once.
    const waiting: (() => void)[] = [];
    const honestly = answer;
    answer = (...asked) => {
      waiting.push(() => honestly(...asked));
      if (waiting.length === tickets.length) for (const tell of waiting) tell();
    };
    const bound = await Promise.all(
      tickets.map((ticket, at) => {
        const attempt = { ticket, username: spellings[at] ?? '', password: 'their own password' };
        return post(server, '/api/auth/bind', attempt);
      }),
    );
    expect(bound.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const outcomes = bound.map((one) => one.json<{ outcome: string }>().outcome);
    expect(outcomes.sort()).toEqual(['bind-rejected', 'signed-in']);
    expect(await rows()).toEqual([{ username: 'wang.wu' }]);
  });

  test.each([
    ['invisible characters', '\u200b '],
    ['an inserted U+0640', 'wang\u0640.wu'],
    ['ø for o', 'wøng.wu'],
    ['an accent', 'wáng.wu'],
    ['an inserted mark', 'wang\u0301\u200d.wu'],
    ['another script’s digits', 'wang.wu٣'],
    ['a Hangzhou numeral', 'wang.wu〡'],
    ['Greek letters', 'wαng.wu'],
    ['a blank inside', 'wang .wu'],
    ['a character beyond the Basic Multilingual Plane', '𠮷'],
  ])('a user name with %s is wrong, and the account system is not asked', async (_what, username) => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      json(response, { valid: true, name: '王五' });
    };
    expect((await bind('their own password', username)).json()).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
    const attempt = { username, password: 'their own password' };
    expect((await post(server, '/api/auth/console/sign-in', attempt)).json()).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
    expect(asked).toBe(0);
  });

  test('of 50 spellings at the console’s page, five at most reach an account', async () => {
    const reached = new Map<string, number>();
    answer = (_request, response, body) => {
      const { username = '' } = JSON.parse(body) as Record<string, string>;
      // A collation that also ignores unknown characters.
      const account = plain(username).replace(/[^a-z.]/g, '');
      reached.set(account, (reached.get(account) ?? 0) + 1);
      json(response, { valid: false });
    };
    const marks = ['\u0640', '\u0301', '\u200b', '\u0336', 'ø', '٣', '\u00ad', '\u180e', '\ufe0f', '\u2060'];
    for (let at = 0; at < 50; at += 1) {
      const name = Array.from('wang.wu');
      name.splice(at % 7, 0, ...marks.filter((_, bit) => ((at + 1) >> bit) & 1));
      const username = at % 2 === 0 ? name.join('') : name.join('').toUpperCase();
      await server.app.inject({
        method: 'POST',
        url: '/api/auth/console/sign-in',
        payload: { username, password: `guess ${at}` },
        remoteAddress: `10.1.0.${at}`,
      });
    }
    expect(reached.get('wang.wu') ?? 0).toBeLessThanOrEqual(5);
  });

  test('other characters can be allowed by a setting', async () => {
    const env = { ...accountSystem, CREDENTIALS_USERNAME_CHARACTERS: 'a-zø.' };
    const other = await build({ env, database: server.database, emulator: server.emulator });
    answer = (_request, response) => json(response, { valid: true, name: '王五' });
    expect((await bind('x', 'wøng.wu', other)).json()).toMatchObject({ outcome: 'signed-in' });
    await other.close();
  });
});

test('no password and no secret is logged', () => {
  const log = JSON.stringify(server.logs());
  for (const secret of ['their own password', 'shared-secret']) expect(log).not.toContain(secret);
});
