import { type Built, build } from '../testing/build.ts';
import { dataHeaders, pageHeaders } from './headers.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

const headersOf = async (url: string) => (await server.app.inject({ url })).headers;

test.each(['/healthz', '/api/me', '/nothing/here', '/cannot/be/decoded/%ff'])(
  '%s is data: not to be framed, run or guessed at',
  async (url) => {
    const headers = await headersOf(url);
    expect(headers).toMatchObject(dataHeaders({ hsts: false }));
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
  },
);

test.each([
  '/docs/',
  '/console', // part: console
])('%s is a page: it carries what helmet sets for pages too', async (url) => {
  const headers = await headersOf(url);
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(headers['content-security-policy']).toMatch(/script-src 'self'/);
});

test('https is insisted on in production alone: a developer’s own address has none', async () => {
  expect(await headersOf('/healthz')).not.toHaveProperty('strict-transport-security');
  expect(await headersOf('/docs/')).not.toHaveProperty('strict-transport-security');
  expect((await headersOf('/docs/'))['content-security-policy']).not.toContain('upgrade-insecure-requests');
  for (const headers of [dataHeaders, pageHeaders]) {
    expect(headers({ hsts: true })['strict-transport-security']).toMatch(/^max-age=\d{7,}/);
  }
});
