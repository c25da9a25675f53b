import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ErrorCode } from '../contract/errors.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post } from '../testing/http.ts';

const production = {
  NODE_ENV: 'production',
  SECRET_KEY: 'pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
  DATABASE_URL: 'postgresql://never-opened/app',
  DINGTALK_APP_KEY: 'dingabc',
  DINGTALK_APP_SECRET: 'a-real-secret',
  DINGTALK_CORP_ID: 'ding0001',
  DINGTALK_API_URL: 'https://api.hangzhou-dept.cn',
  DINGTALK_OAPI_URL: 'https://oapi.hangzhou-dept.cn',
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
      // part: events
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
      'GET /api/notices', // part: notices
      'GET /api/notices/{id}', // part: notices
      'GET /healthz',
      'GET /readyz',
      'POST /api/auth/bind',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/notices/{id}/read', // part: notices
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

  /** A schema of the document as JSON Schema has it, which knows no `nullable`. */
  function jsonSchema(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(jsonSchema);
    if (typeof schema !== 'object' || schema === null) return schema;
    const { nullable, ...rest } = Object.fromEntries(
      Object.entries(schema).map(([key, value]) => [key, jsonSchema(value)]),
    );
    return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
  }

  interface Content {
    schema: object;
    example?: unknown;
    examples?: Record<string, { value: unknown; $ref?: string }>;
  }

  test('every request and answer has an example, and each is what its schema allows', () => {
    const shared = (document as unknown as { components: { examples: Content['examples'] } }).components
      .examples;
    let checked = 0;
    const check = (place: string, schema: object, value: unknown) => {
      checked += 1;
      expect([place, value, Compile(jsonSchema(schema) as TSchema).Check(value)]).toEqual([
        place,
        value,
        true,
      ]);
    };
    const checkContent = (place: string, content: Record<string, Content> = {}) => {
      for (const { schema, example, examples = { '': { value: example } } } of Object.values(content)) {
        expect([place, Object.keys(examples).length]).not.toEqual([place, 0]);
        for (const [name, { value, $ref }] of Object.entries(examples)) {
          check(`${place} ${name}`, schema, $ref === undefined ? value : shared?.[name]?.value);
        }
      }
    };
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const place = `${method} ${path}`;
        const {
          parameters = [],
          requestBody,
          responses,
        } = operation as unknown as {
          parameters?: { name: string; required?: boolean; schema: object; example: unknown }[];
          requestBody?: { content: Record<string, Content> };
          responses: Record<string, { content?: Record<string, Content> }>;
        };
        for (const { name, required, schema, example } of parameters) {
          // What is filled in on the page would narrow a list.
          if (required) check(`${place} ${name}`, schema, example);
          else expect([place, name, example]).toEqual([place, name, undefined]);
        }
        checkContent(`${place} request`, requestBody?.content);
        for (const [status, { content }] of Object.entries(responses))
          checkContent(`${place} ${status}`, content);
      }
    }
    expect(checked).toBeGreaterThan(500);
  });

  test('the outcomes of the sign-in are an example each', () => {
    const { content } = (document.paths['/api/auth/login']?.post?.responses['200'] ?? {}) as {
      content: Record<string, Content>;
    };
    const examples = content['application/json']?.examples ?? {};
    expect(Object.keys(examples)).toEqual(['signed-in', 'bind-required', 'no-permission', 'wait']);
    expect(examples['signed-in']?.value).toMatchObject({
      session: { token: expect.any(String) },
      user: { name: '张三' },
    });
  });

  test('the example of a request is none that the server refuses as no request', async () => {
    const admin = await server.tokenOf('admin');
    const refused: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      // A platform signs what it sends.
      if (path.startsWith('/api/events/')) continue;
      for (const [method, operation] of Object.entries(methods)) {
        const { requestBody } = operation as unknown as {
          requestBody?: { content: Record<string, Content> };
        };
        const [[type = '', body] = []] = Object.entries(requestBody?.content ?? {});
        const bodies = body?.examples
          ? Object.values(body.examples).map(({ value }) => value)
          : [body?.example];
        for (const payload of bodies) {
          const { statusCode } = await server.app.inject({
            method: method as 'get' | 'post',
            url: path
              .replace('{id}', '019ab3f0-6c1e-7a52-9d41-5b8e0c2f7a10')
              .replace(/import\/start$/, '$&?token=x'),
            headers: { authorization: `Bearer ${admin}`, ...(type !== '' && { 'content-type': type }) },
            ...(payload !== undefined && {
              payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
            }),
          });
          if (statusCode === 400) refused.push(`${method} ${path} ${JSON.stringify(payload)}`);
        }
      }
    }
    expect(refused).toEqual([]);
  });

  test('the page offers the emulator’s people, and a click signs one of them in as everybody signs in', async () => {
    const { people } = (await server.app.inject('/docs/people')).json<{
      people: { key: string; name: string }[];
    }>();
    expect(people.map(({ name }) => name)).toEqual(expect.arrayContaining(['张三', '管理员']));
    expect(people.map(({ key }) => key)).not.toContain('lisi');
    const { authCode } = (await post(server, '/docs/auth-code', { person: 'zhangsan' })).json<{
      authCode: string;
    }>();
    const outcome = (await post(server, '/api/auth/login', { authCode })).json();
    expect(outcome).toMatchObject({ outcome: 'signed-in', user: { name: '张三' } });
    expectFault(await post(server, '/docs/auth-code', { person: 'nobody' }), 404, 'NOT_FOUND');
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
    for (const url of ['/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/people']) {
      expect((await server.app.inject(url)).statusCode).toBe(404);
    }
    expectFault(await post(server, '/docs/auth-code', { person: 'admin' }), 404, 'NOT_FOUND');
    const { headers } = await server.app.inject('/healthz');
    expect(headers['strict-transport-security']).toContain('max-age=');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  } finally {
    await server.close();
  }
});
