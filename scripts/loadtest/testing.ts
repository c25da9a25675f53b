import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestApp {
  url: string;
  /** How often each `METHOD /path` was asked for. */
  asked: Map<string, number>;
  server: Server;
  close(): Promise<void>;
}

/** Deals with a request in a way of its own; false leaves it to the app. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, nth: number) => boolean;

export const testToken = 'test-session-token-1';

const notices = ['n1', 'n2', 'n3'];

/** An app with the template's data interfaces, real sockets and no database, that can be made to misbehave. */
export async function startTestApp(behave: Behaviour = () => false): Promise<TestApp> {
  const asked = new Map<string, number>();
  let nth = 0;
  const server = createServer((request, response) => {
    const path = `${request.method} ${request.url?.replace(/\?.*/, '')}`;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (behave(request, response, nth++)) return;
    if (!request.headers.authorization?.startsWith('Bearer test-session-token')) {
      answer(response, 401, { code: 'SESSION_EXPIRED' });
    } else answer(response, 200, contentOf(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
}

function contentOf(path: string): object {
  if (path === 'GET /api/me') return { user: { id: 'u1' } };
  if (path === 'GET /api/notices') return { items: notices.map((id) => ({ id })), nextCursor: null };
  return path.startsWith('POST') ? { readAt: '2026-01-01T00:00:00.000Z' } : { id: 'n1', body: '正文' };
}
