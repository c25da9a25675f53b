import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the test server recorded it. */
export interface ReceivedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface TestServer {
  url: string;
  received: ReceivedRequest[];
  /** How often a path was asked for. */
  count(path: string): number;
  close(): Promise<void>;
}

/** What the server answers: JSON, or whatever the function does to the response. */
export type Reply = object | ((response: ServerResponse) => void);

/**
 * A server on 127.0.0.1 with answers of the test, for shapes that the emulator does not have.
 *
 * @param answer gets each request, and how often its path was asked for before.
 */
export async function startTestServer(
  answer: (request: ReceivedRequest, before: number) => Reply,
): Promise<TestServer> {
  const received: ReceivedRequest[] = [];
  const count = (path: string) => received.filter((request) => request.path === path).length;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const { method = '', headers } = request;
    const record = { method, path: url.pathname, query: url.searchParams, headers, body };
    const before = count(url.pathname);
    received.push(record);
    const reply = answer(record, before);
    if (typeof reply === 'function') reply(response);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server that answers each path by its list of replies, one for each call; the last reply repeats. */
export function startScripted(script: Record<string, readonly Reply[]>): Promise<TestServer> {
  return startTestServer(({ path }, before) => {
    const replies = script[path];
    return replies?.[before] ?? replies?.at(-1) ?? raw(404, 'no such path');
  });
}

/** Raw text with a status, for `Reply`. */
export function raw(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return (response) => response.writeHead(status, headers).end(text);
}

/** The rejection of a promise; fails when it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error;
  throw new Error('a rejection was expected');
}
