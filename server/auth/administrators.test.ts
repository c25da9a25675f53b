import Fastify, { type FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { RoleName } from '../contract/auth.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault } from '../testing/http.ts';
import { administrators } from './administrators.ts';

let server: Built;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  tokens.USER = await server.tokenOf('zhangsan');
  tokens.AUDITOR = await server.tokenOf('chenguang');
  tokens.ADMIN = await server.tokenOf('admin');
});

afterAll(() => server?.close());

/** The routes for auditors: they read, and show no more than the audit log. */
const forAuditors: readonly string[] = [
  'GET /api/admin/overview',
  'GET /api/admin/people',
  'GET /api/admin/people/{id}',
  'GET /api/admin/people/{id}/history',
  'GET /api/admin/super-executives',
  'GET /api/admin/notices', // part: notices
  'GET /api/admin/notices/audience', // part: notices
  'GET /api/admin/notices/{id}', // part: notices
  'GET /api/admin/notices/{id}/reading', // part: notices
  'GET /api/admin/notices/{id}/readers', // part: notices
  'GET /api/admin/audit',
  'GET /api/admin/audit/actions',
  'POST /api/admin/audit/export',
  'POST /api/admin/export/people',
  'GET /api/admin/jobs',
  'GET /api/admin/settings',
];

interface Operation {
  method: 'GET' | 'POST';
  url: string;
}

/** Every administrators' route of the OpenAPI document, with a value for each parameter. */
async function operations(): Promise<Operation[]> {
  await server.app.ready();
  return Object.entries(server.app.swagger().paths ?? {})
    .filter(([path]) => path.startsWith('/api/admin/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods ?? {}).map((method) => ({
        method: method.toUpperCase() as Operation['method'],
        url: path,
      })),
    );
}

function call({ method, url }: Operation, token?: string) {
  return server.app.inject({
    method,
    url: url.replace(/\{\w+\}/g, '019ab000-0000-7000-8000-000000000000'),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(method === 'POST' ? { payload: {} } : {}),
  });
}

test('every administrators’ route refuses strangers and ordinary people, and auditors if it writes', async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThan(0);
  for (const operation of all) {
    // The refusal must be because of the role: a refused body would hide a route without a check.
    expectFault(await call(operation), 401, 'SESSION_EXPIRED');
    expectFault(await call(operation, tokens.USER), 403, 'FORBIDDEN');
    const name = `${operation.method} ${operation.url}`;
    const auditor = await call(operation, tokens.AUDITOR);
    expect([name, auditor.statusCode === 403]).toEqual([name, !forAuditors.includes(name)]);
    expect((await call(operation, tokens.ADMIN)).statusCode).not.toBe(403);
  }
});

test('the list of routes for auditors names only routes that exist', async () => {
  const all = (await operations()).map(({ method, url }) => `${method} ${url}`);
  expect(forAuditors.filter((name) => !all.includes(name))).toEqual([]);
});

describe('an administrators’ route', () => {
  /** A server with only the guard and one route. */
  async function serverWith(url: string, roles?: readonly RoleName[]): Promise<FastifyInstance> {
    const app = Fastify();
    await app.register(fp(async () => {}, { name: 'auth' }));
    app.decorate('authenticate', async () => {});
    await app.register(administrators);
    app.get(url, roles === undefined ? {} : { config: { roles } }, async () => 'ok');
    return app;
  }

  test('without roles stops the server at the start', async () => {
    await expect(serverWith('/api/admin/open')).rejects.toThrow('/api/admin/open');
    await expect(serverWith('/api/admin/open', [])).rejects.toThrow('/api/admin/open');
  });

  test('must be under /api/admin', async () => {
    await expect(serverWith('/api/elsewhere', ['ADMIN'])).rejects.toThrow('/api/elsewhere');
    await expect(serverWith('/api/administrators')).resolves.toBeDefined();
  });
});
