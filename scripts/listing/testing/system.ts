import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { build } from '../../../server/testing/build.ts';
import { listening, makeChain } from '../../../server/testing/certificates.ts';
import { bid, guideCode, host, page } from './filled.ts';

/** The app as a listing sees it: the real server on the emulated platform, behind a gateway with a real certificate. */
export interface TestSystem {
  /** PEM of the root that the gateway's certificate goes back to. */
  root: string;
  /** Answers of the gateway itself, by path; these requests do not reach the app. */
  answers: Map<string, { status: number; type: string; body: string }>;
  /** `host:port` → its real address. */
  connect: Map<string, string>;
  close(): Promise<void>;
}

export async function startSystem(): Promise<TestSystem> {
  const { root, intermediate, leaf } = await makeChain(host);
  const server = await build({ env: { WPK_BID: bid, TRUST_PROXY: '127.0.0.1' } });
  const url = new URL(await server.url());
  // The clone's console may not be built, or gone; the platform's code is the server's own, or the guide's.
  const { body } = await server.app.inject({ url: '/console' });
  const code = /<meta name="wpk-bid"[\s\S]*?<\/script>/.exec(body)?.[0] ?? guideCode(bid);
  const answers: TestSystem['answers'] = new Map([
    ['/docs', { status: 404, type: 'text/plain', body: '' }],
    ['/console', { status: 200, type: 'text/html', body: page(code) }],
    ['/console/assets/index-1.js', { status: 200, type: 'text/javascript', body: '/* app */' }],
  ]);

  function forward(asked: IncomingMessage, response: ServerResponse): void {
    response.setHeader('strict-transport-security', 'max-age=31536000');
    const own = answers.get(asked.url ?? '');
    if (own !== undefined) {
      response.writeHead(own.status, { 'content-type': own.type }).end(own.body);
      return;
    }
    const passed = request(
      { host: url.hostname, port: url.port, path: asked.url, method: asked.method, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.writeHead(502).end());
    for (const [name, value] of Object.entries(asked.headers))
      if (value !== undefined) passed.setHeader(name, value);
    passed.setHeader('x-forwarded-for', '203.0.113.7');
    passed.setHeader('x-forwarded-proto', 'https');
    asked.pipe(passed);
  }

  const gateway = createHttpsServer(
    { cert: leaf.cert + intermediate.cert, key: leaf.key, minVersion: 'TLSv1.2' },
    forward,
  );
  gateway.on('tlsClientError', () => {});
  const secure = await listening(gateway);
  const plain = await listening(
    createHttpServer((asked, response) => {
      response.writeHead(301, { location: `https://${host}${asked.url}` }).end();
    }),
  );
  const nowhere = [
    `${host}:3001`,
    `${host}:5432`,
    'g.alicdn.com:443',
    'px.ucweb.com:443',
    'px-intl.ucweb.com:443',
  ];
  return {
    root: root.cert,
    answers,
    connect: new Map([
      [`${host}:443`, `127.0.0.1:${secure.port}`],
      [`${host}:80`, `127.0.0.1:${plain.port}`],
      ...nowhere.map((name) => [name, '127.0.0.1:1'] as const),
    ]),
    async close() {
      await secure.close();
      await plain.close();
      await server.close();
    },
  };
}
