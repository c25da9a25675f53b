import type { Socket } from 'node:net';
import type autocannon from 'autocannon';
import type { ErrorKind } from './contract.ts';

/** What happens on a connection, in order. Each request that was sent is answered, lost, or in flight at the end. */
export interface ConnectionEvents {
  sent(): void;
  /** @param ms from the sending to the end of the answer. */
  answered(ms: number): void;
  /** Told before the next one is `sent`. */
  lost(kind: ErrorKind): void;
}

/** What autocannon 9.0.0 has inside, and what is needed of it here. */
interface ClientInside {
  conn: Socket;
  pipelinedRequests: { clear(): void };
  parser: { initialize(type: 'RESPONSE'): void };
  /** Sends the next request; called for each answer, right after `response`. */
  _doRequest(): void;
  /** Sends the next request on a new connection. */
  _resetConnection(): void;
  on(event: 'headers', listener: (answer: { shouldKeepAlive: boolean }) => void): void;
  on(event: 'request', listener: () => void): void;
  on(event: 'response', listener: (status: number, bytes: number, ms: number) => void): void;
  on(event: 'connError', listener: (error: NodeJS.ErrnoException) => void): void;
}

/**
 * Tells what becomes of a connection's requests, and mends three things that autocannon does when one ends:
 * - It opens a new one, but keeps the unanswered request in its queue, so that from then on each answer would be
 *   taken for that of the request before, with its time.
 * - It does not count a request whose connection was closed in good order without an answer.
 * - It goes on with a connection of which the server has said that it is the last answer on it, as nginx does after
 *   1,000 requests: that request is lost, by no fault of the server. Every browser opens a new one.
 */
export function follow(client: autocannon.Client, events: ConnectionEvents): void {
  const inside = client as unknown as ClientInside;
  const sendNext = inside._doRequest;
  let socket: Socket | null = null;
  let waiting = false;
  let lastAnswer = false;

  inside._doRequest = () => {
    if (lastAnswer && inside.conn === socket) inside._resetConnection();
    else sendNext.call(inside);
  };
  inside.on('request', () => {
    if (inside.conn !== socket) {
      // Only a time-out ends a connection from this side while it waits, and it has destroyed the socket by now.
      if (waiting) events.lost(socket?.destroyed === true && !socket.readableEnded ? 'timeout' : 'closed');
      if (socket !== null) abandon(socket);
      socket = inside.conn;
      inside.pipelinedRequests.clear();
      inside.parser.initialize('RESPONSE');
      lastAnswer = false;
    }
    waiting = true;
    events.sent();
  });
  inside.on('headers', ({ shouldKeepAlive }) => {
    lastAnswer = !shouldKeepAlive;
  });
  inside.on('response', (_status, _bytes, ms) => {
    waiting = false;
    events.answered(ms);
  });
  inside.on('connError', (error) => {
    if (waiting) events.lost(kindOf(error.code ?? ''));
    waiting = false;
  });
}

/** A late error of a connection that has been replaced would make autocannon replace the new one too. */
function abandon(socket: Socket): void {
  for (const event of ['data', 'end', 'error']) socket.removeAllListeners(event);
  socket.on('error', () => {});
  socket.destroy();
}

function kindOf(code: string): ErrorKind {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  return code === 'ETIMEDOUT' ? 'timeout' : 'connection';
}
