import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { type Built, build } from '../../../server/testing/build.ts';
import {
  listening,
  makeChain,
  type TestCertificate,
  type TlsServer,
} from '../../../server/testing/certificates.ts';
import { createProbes, type ProbeSettings, type Probes } from '../check/probes.ts';

export const host = 'app.hangzhou-dept.cn';
export const bid = 'dta_1_20261124';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The app as a listing sees it: the real server on the emulated platform, behind a gateway with a real certificate. */
export interface TestSystem {
  server: Built;
  root: TestCertificate;
  intermediate: TestCertificate;
  leaf: TestCertificate;
  /** Replaces the gateway's certificate, or its versions of TLS. */
  install(options: SecureContextOptions): void;
  /** What the gateway itself answers on a path; nothing of it reaches the app. */
  answers: Map<string, Handler>;
  /** Headers that the gateway adds to every answer. */
  headers: Map<string, string>;
  /** What port 80 answers; a redirection by default. */
  plain: { handler: Handler };
  /** `host:port` → where it really is. */
  connect: Map<string, { host: string; port: number }>;
  /** New probes, which know nothing yet. */
  probes(more?: Partial<ProbeSettings>): Probes;
  /** Everything as it was at the start. */
  reset(): void;
  close(): Promise<void>;
}

const redirect: Handler = (asked, response) => {
  response.writeHead(301, { location: `https://${host}${asked.url}` }).end();
};

/** A page as the console's build makes it, and the one file that it names. */
export const page = (more = '') =>
  `<!doctype html><html><head>${more}<script type="module" src="/console/assets/index-1.js"></script></head><body><div id="app">正在打开工单助手</div></body></html>`;

export const send =
  (status: number, body: string | object, type = 'text/html; charset=utf-8'): Handler =>
  (_asked, response) => {
    response
      .writeHead(status, { 'content-type': typeof body === 'string' ? type : 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export async function startSystem(): Promise<TestSystem> {
  const chain = await makeChain(host);
  const { root, intermediate, leaf } = chain;
  const server = await build({ env: { WPK_BID: bid, TRUST_PROXY: '127.0.0.1' } });
  const url = new URL(await server.url());
  const answers = new Map<string, Handler>();
  const headers = new Map<string, string>();
  const plain = { handler: redirect };
  const good = { cert: leaf.cert + intermediate.cert, key: leaf.key, minVersion: 'TLSv1.2' as const };

  function forward(asked: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of headers) response.setHeader(name, value);
    const own = answers.get(asked.url ?? '');
    if (own !== undefined) {
      own(asked, response);
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

  const gateway = createHttpsServer(good, forward);
  gateway.on('tlsClientError', () => {});
  const opened: TlsServer[] = [];
  const tls = await listening(gateway);
  opened.push(tls);
  const http = await listening(createHttpServer((asked, response) => plain.handler(asked, response)));
  opened.push(http);
  const connect = new Map<string, { host: string; port: number }>();

  const system: TestSystem = {
    server,
    ...chain,
    install: (options) => gateway.setSecureContext(options),
    answers,
    headers,
    plain,
    connect,
    probes: (more = {}) =>
      createProbes({
        host,
        connect,
        ca: root.cert,
        // Nothing here waits for so long but a machine that is busy.
        timeoutMs: 20_000,
        now: Date.now(),
        lookup: nothing,
        ...more,
      }),
    reset() {
      gateway.setSecureContext(good);
      answers.clear();
      answers.set('/docs', send(404, '没有'));
      answers.set('/console/assets/index-1.js', send(200, '/* app */', 'text/javascript'));
      headers.clear();
      headers.set('strict-transport-security', 'max-age=31536000');
      plain.handler = redirect;
      connect.clear();
      const at = (port: number) => ({ host: '127.0.0.1', port });
      connect.set(`${host}:443`, at(tls.port)).set(`${host}:80`, at(http.port));
      for (const port of [3000, 5432]) connect.set(`${host}:${port}`, at(1));
      for (const name of ['g.alicdn.com', 'px.ucweb.com', 'px-intl.ucweb.com'])
        connect.set(`${name}:443`, at(1));
      server.emulator.control.clearFaults();
    },
    async close() {
      for (const one of opened) await one.close();
      await server.close();
    },
  };
  system.reset();
  return system;
}

/** A resolver that knows no name. */
export async function nothing(name: string): Promise<never> {
  throw Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
}
