import { securityHeaders } from './security-headers.ts';
import { type Built, build } from './testing/build.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

test.each(['/healthz', '/api/me', '/nothing/here'])(
  '%s carries every header that helmet sets',
  async (url) => {
    const { headers } = await server.app.inject({ url });
    expect(headers).toMatchObject(securityHeaders({ hsts: false }));
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
  },
);

test('https is insisted on in production alone: a developer’s own address has none', async () => {
  expect((await server.app.inject({ url: '/healthz' })).headers).not.toHaveProperty(
    'strict-transport-security',
  );
  expect(securityHeaders({ hsts: true })['strict-transport-security']).toMatch(/^max-age=\d{7,}/);
});
