import { performance } from 'node:perf_hooks';
import { Client } from 'undici';
import type { ErrorKind, LoadTestStep } from './contract.ts';
import { headersOf, type LoadedEndpoint } from './endpoints.ts';
import { Recording } from './recording.ts';

export interface StepOptions {
  address: string;
  endpoints: readonly LoadedEndpoint[];
  /** Connection n takes token n; where there are fewer, several take the same. */
  tokens: readonly string[];
  connections: number;
  seconds: number;
  timeoutSeconds: number;
  /** PEM of a root that is trusted beside those of Node; null: none. */
  ca: string | null;
  /** Ends the step early. */
  signal: AbortSignal;
  /** Called about every second. */
  watch?: (recording: Recording, seconds: number) => void;
}

/** One request of a connection's round. */
interface Planned {
  endpoint: number;
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string | null;
  holds: string | null;
}

/**
 * Loads the app over so many connections, each sending its next request as soon as the last is answered. Requests in
 * flight at the end count for nothing.
 *
 * @returns the figures; a step that was stopped has those until then.
 */
export async function runStep(options: StepOptions): Promise<LoadTestStep> {
  const { endpoints, connections, seconds, signal, watch, ca } = options;
  const recording = new Recording(endpoints.map(({ name }) => name));
  const timeoutMs = options.timeoutSeconds * 1000;
  const clients = Array.from(
    { length: connections },
    () =>
      new Client(new URL(options.address).origin, {
        pipelining: 1,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connect: { timeout: timeoutMs, ...(ca !== null && { ca }) },
      }),
  );
  const start = performance.now();
  const busy = performance.eventLoopUtilization();
  const elapsed = () => (performance.now() - start) / 1000;
  // An answer at the very end counts for the last second.
  const second = () => Math.min(Math.floor(elapsed()), Math.max(0, seconds - 1));
  const over = new AbortController();
  const stop = () => {
    over.abort();
    for (const client of clients) void client.destroy();
  };
  const timer = setTimeout(stop, seconds * 1000);
  const watching = setInterval(() => watch?.(recording, elapsed()), 1000);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await Promise.all(
    clients.map((client, nth) => keepAsking(client, roundOf(nth, options), recording, second, over.signal)),
  );
  const measured = elapsed();
  clearTimeout(timer);
  clearInterval(watching);
  signal.removeEventListener('abort', stop);
  const figures = recording.result(measured);
  return {
    connections,
    seconds: Math.round(measured * 10) / 10,
    complete: measured >= seconds,
    ...figures,
    endpoints: figures.endpoints.map((one, index) => ({ ...one, data: endpoints[index]?.data === true })),
    generatorBusy: Math.round(performance.eventLoopUtilization(busy).utilization * 100) / 100,
  };
}

/**
 * A connection's requests in order. Each connection begins with another interface, so that not all ask for the same at
 * once.
 */
function roundOf(nth: number, { address, endpoints, tokens }: StepOptions): Planned[] {
  const base = new URL(address).pathname.replace(/\/$/, '');
  const token = tokens[nth % tokens.length] ?? '';
  const rounds = Math.max(...endpoints.map(({ requests }) => requests.length));
  return Array.from({ length: rounds }).flatMap((_round, round) =>
    endpoints.flatMap((_endpoint, index): Planned[] => {
      const endpoint = (index + nth) % endpoints.length;
      const { requests, holds } = endpoints[endpoint] ?? { requests: [], holds: null };
      const one = requests[(round + nth) % requests.length];
      if (one === undefined) return [];
      const { method, body } = one;
      return [{ endpoint, method, path: base + one.path, headers: headersOf(token, body), body, holds }];
    }),
  );
}

async function keepAsking(
  client: Client,
  round: readonly Planned[],
  recording: Recording,
  second: () => number,
  over: AbortSignal,
): Promise<void> {
  for (let sent = 0; !over.aborted; sent += 1) {
    const { endpoint, holds, ...request } = round[sent % round.length] ?? { endpoint: 0, holds: null };
    const from = performance.now();
    let wrong: ErrorKind | null;
    try {
      const { statusCode, body } = await client.request({ method: 'GET', path: '/', ...request });
      const text = await body.text();
      if (statusCode < 200 || statusCode > 299) wrong = `http-${statusCode}`;
      else wrong = holds !== null && !text.includes(holds) ? 'wrong-answer' : null;
    } catch (error) {
      wrong = kindOf(error);
    }
    if (over.aborted) return;
    if (wrong === null) recording.good(second(), endpoint, performance.now() - from);
    else recording.bad(second(), endpoint, wrong);
  }
}

function kindOf(error: unknown): ErrorKind {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  return code === 'UND_ERR_SOCKET' ? 'closed' : 'connection';
}
