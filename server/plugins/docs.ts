import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { cookieName } from '../auth/authenticate.ts';
import { pageHeaders } from './headers.ts';

/** The OpenAPI document and its page at /docs, made from the routes' schemas. Not in production. */
export const docs = fp(
  async (app: FastifyInstance) => {
    if (app.config.production) return;
    await app.register(swagger, {
      openapi: {
        info: {
          title: '浙政钉 / 钉钉应用模板 API',
          description:
            '结果是数据，故障是错误：需要客户端区分的结果都是 200 加 outcome，只有故障才是非 2xx。',
          version: '1.0.0',
        },
        // The page sends the token that is filled in under "Authorize" only where the document asks for one.
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
    });
    const page = pageHeaders({ hsts: false });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
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
