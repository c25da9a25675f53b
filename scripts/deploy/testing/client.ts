import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { Gateway } from './nginx.ts';

/** An answer of the gateway, or why there is none. */
export interface Exchange {
  method: string;
  path: string;
  /** `performance.now()` when it was sent. */
  startedAt: number;
  /** HTTP status; 0 where the connection broke. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** SHA-256 of the certificate that the gateway showed. */
  fingerprint: string;
}

export interface Sent {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent as it is; an object as JSON. */
  body?: object | string;
  token?: string;
  /** Where the request comes from; all of 127.0.0.0/8 is this machine. */
  from?: string;
  agent?: https.Agent;
}

/** Sends one request over TLS to the gateway, with its certificate checked. Never rejects. */
export function send(gateway: Gateway, path: string, options: Sent = {}): Promise<Exchange> {
  const { body, token, from, agent } = options;
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const exchange: Exchange = {
    method,
    path,
    startedAt: performance.now(),
    status: 0,
    headers: {},
    text: '',
    fingerprint: '',
  };
  return new Promise((resolve) => {
    const request = https.request({
      host: '127.0.0.1',
      port: gateway.httpsPort,
      servername: gateway.plan.domain,
      ca: gateway.certificates.map(({ authority }) => authority),
      method,
      path,
      agent: agent ?? false,
      ...(from !== undefined && { localAddress: from }),
      headers: {
        host: gateway.plan.domain,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
    });
    // The gateway's own limits are shorter, so no answer comes after this time.
    request.setTimeout(30_000, () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve({ ...exchange, status: 0, text: String(error) }));
    request.on('response', (response) => {
      const peer = 'getPeerCertificate' in response.socket ? response.socket : null;
      exchange.fingerprint =
        (peer as import('node:tls').TLSSocket | null)?.getPeerCertificate().fingerprint256 ?? '';
      exchange.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        exchange.text += chunk;
      });
      response.on('error', (error) => resolve({ ...exchange, status: 0, text: String(error) }));
      response.on('end', () => resolve({ ...exchange, status: response.statusCode ?? 0 }));
    });
    request.end(typeof body === 'object' ? JSON.stringify(body) : body);
  });
}

/**
 * Connects as a balancer of layer 4 does that rewrites the source address: a word of PROXY protocol comes before
 * TLS.
 *
 * @param says.from the balancer.
 * @param says.client whom it says it speaks for, an IPv4 address.
 * @param says.version of the protocol: a line of text, or bytes.
 */
export function proxyProtocolAgent(
  gateway: Gateway,
  says: { from: string; client: string; version?: 1 | 2 },
): https.Agent {
  const { from, client, version = 1 } = says;
  const agent = new https.Agent();
  agent.createConnection = () => {
    const socket = net.connect({ port: gateway.httpsPort, host: '127.0.0.1', localAddress: from });
    socket.write(version === 1 ? `PROXY TCP4 ${client} 127.0.0.1 50000 443\r\n` : version2(client));
    return tls.connect({
      socket,
      servername: gateway.plan.domain,
      ca: gateway.certificates.map(({ authority }) => authority),
    });
  };
  return agent;
}

/** Signature, version and command, TCP over IPv4, 12 bytes: both addresses, both ports. */
const version2 = (client: string) =>
  Buffer.concat([
    Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 'latin1'),
    Buffer.from([...client.split('.').map(Number), 127, 0, 0, 1, 0xc3, 0x50, 0x01, 0xbb]),
  ]);

export const json = (exchange: Exchange) => JSON.parse(exchange.text) as Record<string, unknown>;

export interface Load {
  /** All that has ended so far. */
  exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** Clients that send one request after the other, each on a connection of its own, until they are told to stop. */
export function startLoad(clients: number, next: (client: number) => Promise<Exchange>): Load {
  const exchanges: Exchange[] = [];
  let stopping = false;
  const running = Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (!stopping) exchanges.push(await next(client));
    }),
  );
  running.catch(() => {});
  return {
    exchanges,
    async stop() {
      stopping = true;
      await running;
    },
  };
}
