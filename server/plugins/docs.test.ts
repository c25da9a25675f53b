import type { ErrorCode } from '../contract/errors.ts';
import { type Built, build } from '../testing/build.ts';

const production = {
  NODE_ENV: 'production',
  SECRET_KEY: 'pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
  DATABASE_URL: 'postgresql://never-opened/app',
  DINGTALK_APP_KEY: 'dingabc',
  DINGTALK_APP_SECRET: 'a-real-secret',
  DINGTALK_CORP_ID: 'ding0001',
  DINGTALK_API_URL: 'https://api.example.com',
  DINGTALK_OAPI_URL: 'https://oapi.example.com',
};

interface OpenApi {
  security: Record<string, unknown>[];
  paths: Record<
    string,
    Record<string, { summary?: string; security?: unknown[]; responses: Record<string, unknown> }>
  >;
}

/** Where a body is looked at before the session. */
const bodies: Record<string, object> = {
  '/api/me/password': { currentPassword: 'a', newPassword: 'b' },
};

describe('outside production', () => {
  let server: Built;
  let document: OpenApi;
  beforeAll(async () => {
    server = await build({
      // With these there is one more route.
      env: { DINGTALK_EVENT_TOKEN: 'event-token', DINGTALK_EVENT_AES_KEY: 'A'.repeat(43) },
    });
    document = (await server.app.inject('/docs/json')).json();
  });
  afterAll(() => server.close());

  test('the document tells every route of the contract, each with its answers', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const contract = [
      'GET /api/me',
      'GET /api/notices',
      'GET /api/notices/{id}',
      'GET /healthz',
      'GET /readyz',
      'POST /api/auth/bind',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/notices/{id}/read',
    ];
    expect(routes).toEqual(expect.arrayContaining(contract));
    for (const methods of Object.values(document.paths)) {
      for (const { summary, responses } of Object.values(methods)) {
        expect(summary).toMatch(/[\u4e00-\u9fff]/);
        expect(responses).toHaveProperty('200');
      }
    }
  });

  test('exactly the routes that it says need a session refuse people without one', async () => {
    expect(document.security).toEqual([{ bearer: [] }, { cookie: [] }]);
    const said: Record<string, boolean> = {};
    const found: Record<string, boolean> = {};
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security = document.security }] of Object.entries(methods)) {
        const url = path.replace('{id}', '019ab000-0000-7000-8000-000000000000');
        const payload = method === 'post' ? { payload: bodies[path] ?? {} } : {};
        const { body } = await server.app.inject({ method: method as 'get' | 'post', url, ...payload });
        said[`${method} ${path}`] = security.length > 0;
        found[`${method} ${path}`] = body.includes('SESSION_EXPIRED');
      }
    }
    // Ends the session that is shown; without one there is nothing to end, which is no fault.
    expect(said).toEqual({ ...found, 'post /api/auth/logout': true });
  });

  test('the faults in it are the contract’s', () => {
    const codes: ErrorCode[] = ['AUTH_CODE_INVALID', 'DATABASE_UNAVAILABLE', 'PLATFORM_TIMEOUT'];
    const text = JSON.stringify(document.paths['/api/auth/login']);
    for (const code of codes) expect(text).toContain(code);
  });

  test('there is a page to read it on', async () => {
    const page = await server.app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
  });
});

test('in production there are no documents, and browsers are told to stay on https', async () => {
  const server = await build({ env: production });
  try {
    for (const url of ['/docs', '/docs/', '/docs/json', '/docs/yaml']) {
      expect((await server.app.inject(url)).statusCode).toBe(404);
    }
    const { headers } = await server.app.inject('/healthz');
    expect(headers['strict-transport-security']).toContain('max-age=');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  } finally {
    await server.close();
  }
});
