/** For tests of odd answers: the built scripts on a phone, and a server with the test's answers. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BuiltApp, buildProjectApp, type Platform } from '../../scripts/simulator/index.ts';
import type { LoginRequest, SessionUser } from '../../server/contract/auth.ts';
import { type LaunchOptions, MiniRun, TestPhone } from './phone.ts';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
export type Answer = { status?: number; body: unknown; headers?: Record<string, string> };

export const user: SessionUser = {
  id: '1',
  username: 'zhangsan',
  name: '张三',
  department: null,
  role: 'USER',
  dingUserId: '1',
  isSuperExecutive: false,
};

/** An answer with an error as the server shapes it. */
export const fault = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { statusCode: status, error: 'Error', code, message: `服务端说 ${code}`, requestId: 'req-1' },
});

// part: notices
export const notice = (id: number) => ({
  id: `n${id}`,
  title: `通知 ${id}`,
  excerpt: '',
  publishedAt: '2026-01-05T01:00:00.000Z',
  read: false,
});

/** What the home page asks the server for. */
export const homeAsks = { path: '/api/notices', request: 'GET /api/notices?limit=3' }; // part: notices
// without notices: export const homeAsks = { path: '/api/me', request: 'GET /api/me' };

/** The page shows its content. */
export const ready = (data: Record<string, unknown>): boolean => data.state === 'ready';

/** An answer that comes when the test says so. */
export interface LateAnswer {
  /** To put into `answers`. */
  answer: () => Promise<Answer>;
  give(answer: Answer): void;
  /** Whether the request has come. */
  asked(): boolean;
}

export function late(): LateAnswer {
  let give: (answer: Answer) => void = () => undefined;
  let asked = false;
  const answer = new Promise<Answer>((resolve) => {
    give = resolve;
  });
  return {
    answer: () => {
      asked = true;
      return answer;
    },
    give: (value) => give(value),
    asked: () => asked,
  };
}

export interface StandIn {
  /** By path without query; a promise for a late answer. Anew for each test. */
  answers: Record<string, (request: Received) => Answer | Promise<Answer>>;
  /** What came in during the test, oldest first. */
  received: Received[];
  /** The sign-ins among it. */
  logins(): LoginRequest[];
  /** Signs in, with a session for an hour by default; each with a token of its own, `token-1` first in a file. */
  signedIn(milliseconds?: number): Answer;
  /** The last token given out. */
  token(): string;
  /** A phone whose codes are `code-1`, `code-2`, … */
  phone(platform?: Platform): TestPhone;
  /** Launches the mini program. A logged error, or one that nobody caught, fails the test. */
  start(phone: TestPhone, options?: LaunchOptions): MiniRun;
}

/** Registers the hooks that start the server for the tests of the file, and end it. */
export function prepareStandIn(): StandIn {
  let server: Server;
  let app: BuiltApp;
  let tokens = 0;

  const standIn: StandIn = {
    answers: {},
    received: [],
    logins: () =>
      standIn.received
        .filter(({ path }) => path === '/api/auth/login')
        .map(({ body }) => JSON.parse(body) as LoginRequest),
    signedIn(milliseconds = 3_600_000) {
      tokens += 1;
      const expiresAt = new Date(Date.now() + milliseconds).toISOString();
      return { body: { outcome: 'signed-in', session: { token: `token-${tokens}`, expiresAt }, user } };
    },
    token: () => `token-${tokens}`,
    phone(platform = 'dingtalk') {
      let codes = 0;
      return new TestPhone(platform, async () => {
        codes += 1;
        return `code-${codes}`;
      });
    },
    start: (phone, options) => new MiniRun(app, phone, options),
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const item = { method, path, headers, body };
        standIn.received.push(item);
        const answer = standIn.answers[path.split('?')[0] ?? ''];
        if (answer === undefined) send(response, fault(404, 'NOT_FOUND'));
        else void Promise.resolve(answer(item)).then((value) => send(response, value));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    app = await buildProjectApp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  beforeEach(() => {
    standIn.received = [];
    standIn.answers = {
      '/api/auth/login': () => standIn.signedIn(),
      '/api/notices': () => ({ body: { items: [notice(1)], nextCursor: null } }), // part: notices
      '/api/notices/n1': () => ({ body: { outcome: 'not-found' } }), // part: notices
      '/api/me': () => ({ body: { user } }),
      '/api/me/sessions': () => ({ body: { items: [] } }),
      '/api/me/password': () => ({ body: { state: 'own', expiresAt: null } }),
    };
  });

  return standIn;
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
