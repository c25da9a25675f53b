import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Type } from 'typebox';
import { cookieName } from '../auth/authenticate.ts';
import type { PlatformConfig } from '../config/platform.ts';
import { strict, text } from '../contract/schema.ts';
import { AppError } from './errors.ts';
import { pageHeaders } from './headers.ts';

/** The OpenAPI document and its page at /docs, made from the routes' schemas. Not in production, which loads none of it. */
export const docs = fp(
  async (app: FastifyInstance) => {
    if (app.config.production) return;
    const [{ default: swagger }, { default: swaggerUi }, { withExamples }, { pageScript, pageStyle }] =
      await Promise.all([
        import('@fastify/swagger'),
        import('@fastify/swagger-ui'),
        import('./docs-examples.ts'),
        import('./docs-page.ts'),
      ]);
    await app.register(swagger, {
      openapi: {
        info: {
          title: '接口',
          description:
            '结果是数据，故障是错误：需要客户端区分的结果都是 200 加 outcome，只有故障才是非 2xx。每个请求和应答都有例子，在“例子”里选一种。',
          version: '1.0.0',
        },
        // The page sends the token only where the document asks for one.
        security: [{ bearer: [] }, { cookie: [] }],
        components: {
          securitySchemes: {
            bearer: {
              type: 'http',
              scheme: 'bearer',
              description: '登录接口的应答里的 session.token，只填令牌本身',
            },
            cookie: {
              type: 'apiKey',
              in: 'cookie',
              name: cookieName,
              description: 'H5 和管理后台登录后由浏览器自动带上，不用填',
            },
          },
        },
      },
      transformObject: (document) =>
        'openapiObject' in document ? withExamples(document.openapiObject) : document.swaggerObject,
    });
    offerPeople(app);
    const page = pageHeaders({ hsts: false });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { defaultModelsExpandDepth: -1, displayRequestDuration: true },
      theme: {
        title: '接口文档',
        js: [{ filename: 'page.js', content: pageScript }],
        css: [{ filename: 'page.css', content: pageStyle }],
      },
      uiHooks: {
        onRequest(_request, reply, done) {
          reply.headers(page);
          done();
        },
      },
    });
  },
  { name: 'docs', dependencies: ['core'] },
);

/**
 * The page signs the emulator's people in, through the sign-in that everybody uses. A platform that is not on this
 * machine, or does not answer as the emulator does, has nobody to offer.
 */
function offerPeople(app: FastifyInstance): void {
  const emulator = emulatorOf(app.config.platform);
  const { name: platform } = app.config.platform;
  const ask = async (path: string, body?: object): Promise<unknown> => {
    if (emulator === null) return null;
    const answer = await fetch(`${emulator}/_emulator/${path}`, {
      signal: AbortSignal.timeout(5_000),
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    }).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  };

  app.get('/docs/people', { schema: { hide: true } }, async () => {
    const people = await ask('people');
    const known = Array.isArray(people)
      ? (people as { key: string; name: string; note: string; account: string }[])
      : [];
    return {
      people: known
        .filter(({ account }) => account === 'bound')
        .map(({ key, name, note }) => ({ key, name, note })),
    };
  });

  app.post(
    '/docs/auth-code',
    {
      schema: {
        hide: true,
        body: strict({ person: text(1, 64) }),
        response: { 200: strict({ authCode: Type.String() }) },
      },
    },
    async (request) => {
      const { person } = request.body as { person: string };
      const code = (await ask('auth-codes', { personId: person, platform })) as { authCode: string } | null;
      if (code === null) throw new AppError('NOT_FOUND');
      return code;
    },
  );
}

/** Where the platform is on this machine: then it is the emulator, or nothing that answers as it does. */
function emulatorOf(platform: PlatformConfig): string | null {
  const url = platform.name === 'dingtalk' ? platform.apiUrl : platform.baseUrl;
  return ['127.0.0.1', 'localhost'].includes(new URL(url).hostname) ? url : null;
}
