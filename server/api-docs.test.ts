import type { ErrorCode } from './contract.ts';
import { type Built, build } from './testing/build.ts';

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
  paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
}

describe('outside production', () => {
  let server: Built;
  let document: OpenApi;
  beforeAll(async () => {
    server = await build();
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
