import { type Built, build } from '../testing/build.ts';
import { expectFault } from '../testing/http.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

const own = {
  host: 'app.example.gov.cn',
  origin: 'https://app.example.gov.cn',
  'sec-fetch-site': 'same-origin',
};
const foreign = [
  ['another origin', { host: own.host, origin: 'https://evil.example' }],
  ['another port', { host: own.host, origin: 'https://app.example.gov.cn:8443' }],
  ['an opaque origin', { host: own.host, origin: 'null' }],
  ['a sibling subdomain', { ...own, 'sec-fetch-site': 'same-site' }],
  ['another site', { host: own.host, 'sec-fetch-site': 'cross-site' }],
] as const;

const postAs = (url: string, payload: object, headers: Record<string, string>, token?: string) =>
  server.app.inject({
    method: 'POST',
    url,
    payload,
    headers,
    ...(token === undefined ? {} : { cookies: { '__Host-session': token } }),
  });

async function h5Session(): Promise<string> {
  const response = await postAs('/api/auth/login', { authCode: server.code('zhangsan'), client: 'h5' }, own);
  const cookie = response.cookies.find(({ name }) => name === '__Host-session');
  if (cookie === undefined) throw new Error(response.body);
  return cookie.value;
}

test('the app’s own page signs in, acts and signs out', async () => {
  const token = await h5Session();
  const passwords = { currentPassword: 'a', newPassword: 'b' };
  expect((await postAs('/api/me/password', passwords, own, token)).statusCode).toBe(200);
  expect((await postAs('/api/auth/logout', {}, own, token)).json()).toEqual({ outcome: 'signed-out' });
});

test.each(foreign)('%s cannot act with the person’s cookie', async (_from, headers) => {
  const token = await h5Session();
  for (const url of [
    '/api/auth/logout',
    '/api/me/password',
    '/api/me/sessions/00000000-0000-7000-8000-000000000000/end',
  ]) {
    expectFault(
      await postAs(
        url,
        url.endsWith('password') ? { currentPassword: 'a', newPassword: 'b' } : {},
        headers,
        token,
      ),
      403,
      'FORBIDDEN',
    );
  }
  const me = await server.app.inject({ url: '/api/me', cookies: { '__Host-session': token } });
  expect(me.statusCode).toBe(200);
});

test.each(foreign)('%s cannot sign a browser in as somebody else', async (_from, headers) => {
  const login = { authCode: server.code('zhangsan'), client: 'h5' };
  expectFault(await postAs('/api/auth/login', login, headers), 403, 'FORBIDDEN');
  const offered = await postAs('/api/auth/login', { authCode: server.code('lisi'), client: 'h5' }, own);
  const { ticket } = offered.json<{ ticket: { token: string } }>();
  const bind = { ticket: ticket.token, username: 'lisi', password: 'dev-pass-2026' };
  expectFault(await postAs('/api/auth/bind', bind, headers), 403, 'FORBIDDEN');
  expect(await server.prisma.user.findUnique({ where: { username: 'lisi' } })).toMatchObject({
    dingUserId: null,
  });
});

test('the mini program, which has no cookie, may send any origin', async () => {
  const login = await postAs(
    '/api/auth/login',
    { authCode: server.code('zhangsan') },
    { origin: 'https://container' },
  );
  const { session } = login.json<{ session: { token: string } }>();
  const headers = { authorization: `Bearer ${session.token}`, origin: 'https://container' };
  expect((await postAs('/api/auth/logout', {}, headers)).statusCode).toBe(200);
});
