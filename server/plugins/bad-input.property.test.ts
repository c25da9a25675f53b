import fc from 'fast-check';
import { type Built, build } from '../testing/build.ts';
import { bearer, get, post } from '../testing/http.ts';
import { runs } from '../testing/runs.ts';

/** Whatever is sent, the server never answers that it is at fault itself. */

let server: Built;
let token: string;
beforeAll(async () => {
  server = await build();
  token = await server.tokenOf('zhangsan');
});
afterAll(() => server.close());

/** Text of every kind: NUL, lone surrogates, names of built-in properties. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 600 }),
  fc.constantFrom('', '\u0000', '\ud800', '__proto__', 'constructor', "' OR 1=1 --", '١٢٣', '\u202e'),
);
const anything = fc.anything({ values: [text, fc.integer(), fc.boolean(), fc.constant(null)], maxDepth: 2 });

/** Mostly the right fields, each with the right or with any value, and sometimes more of them. */
const bodyWith = (fields: string[]) =>
  fc.oneof(
    fc.record(Object.fromEntries(fields.map((field) => [field, text]))),
    fc.record(Object.fromEntries(fields.map((field) => [field, fc.oneof(text, anything)])), {
      requiredKeys: [],
    }),
    fc.dictionary(text, anything),
    anything,
  );

function expectNoFault({ statusCode, body }: { statusCode: number; body: string }): void {
  expect(statusCode).toBeLessThan(500);
  if (statusCode !== 200) expect(JSON.parse(body)).toMatchObject({ statusCode, code: expect.any(String) });
}

test.each([
  ['/api/auth/login', ['authCode', 'corpId', 'client']],
  ['/api/auth/bind', ['ticket', 'username', 'password']],
  ['/api/auth/logout', ['token']],
])('POST %s', async (url, fields) => {
  await fc.assert(
    fc.asyncProperty(bodyWith(fields), async (body) => expectNoFault(await post(server, url, body ?? null))),
    runs(150),
  );
});

test('a real ticket with any user name and password', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (username, password) => {
      await server.prisma.lockout.deleteMany();
      const login = await server.login('wangwu');
      const ticket = login.outcome === 'bind-required' ? login.ticket.token : '';
      expectNoFault(await post(server, '/api/auth/bind', { ticket, username, password }));
    }),
    runs(40),
  );
});

test('any query, address and header', async () => {
  const encoded = fc.oneof(
    text.map((one) => encodeURIComponent(one.replace(/[\ud800-\udfff]/g, ''))),
    fc.string({ maxLength: 50 }),
  );
  await fc.assert(
    fc.asyncProperty(encoded, encoded, async (one, another) => {
      const clean = (part: string) => part.replace(/[^\x21-\x7e]|[\\#?]/g, '');
      const [first, second] = [clean(one), clean(another)];
      expectNoFault(await get(server, `/api/notices?cursor=${first}&limit=${second}`, token)); // part: notices
      expectNoFault(await get(server, `/api/me/sessions?${first}=${second}`, token));
      expectNoFault(await get(server, `/api/notices/${first}`, token)); // part: notices
      expectNoFault(await post(server, `/api/notices/${first}/read`, {}, bearer(token))); // part: notices
      const headers = { cookie: `__Host-session=${first}; ${second}`, authorization: second };
      expectNoFault(await server.app.inject({ url: '/api/me', headers }));
    }),
    runs(150),
  );
});
