import autocannon from 'autocannon';
import type { ServerProcess } from './process.ts';

export interface LoadRequest {
  headers?: Record<string, string>;
  body?: string;
}

export interface Target {
  name: string;
  server: ServerProcess;
  method: 'GET' | 'POST';
  path: string;
  /** The same requests over and over, shared out among the connections; or a new one each time. */
  requests: readonly LoadRequest[] | (() => LoadRequest);
  /** What every answer holds: a fast wrong answer must not count. */
  answerHolds: string;
}

/** What one run of load on one target came to. */
export interface Run {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server's process for one request. */
  cpuMs: number;
  requests: number;
}

export type HowLong = { seconds: number } | { requests: number };

/**
 * Loads a target over so many connections, each sending its next request as soon as the last is answered.
 *
 * @throws Error when an answer was not the expected one: such a run says nothing.
 */
export async function load(target: Target, connections: number, howLong: HowLong): Promise<Run> {
  const before = await target.server.usage();
  const result = await autocannon({
    url: target.server.url,
    connections,
    timeout: 30,
    ...('seconds' in howLong ? { duration: howLong.seconds } : { amount: howLong.requests }),
    ...requestsOf(target, connections),
    verifyBody: (body) => String(body).includes(target.answerHolds),
  });
  const after = await target.server.usage();
  const wrong = result.errors + result.non2xx + result.mismatches;
  if (wrong > 0) {
    throw new Error(
      `${target.name}：${wrong} 个应答不对（连接错误 ${result.errors}，非 2xx ${result.non2xx}，内容不符 ${result.mismatches}），这次测量无效`,
    );
  }
  const requests = result['2xx'];
  return {
    requestsPerSecond: requests / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMs: (after.cpuMs - before.cpuMs) / requests,
    requests,
  };
}

function requestsOf({ method, path, requests }: Target, connections: number): Partial<autocannon.Options> {
  const complete = ({ headers, body }: LoadRequest) => ({
    method,
    path,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body,
  });
  if (typeof requests === 'function') {
    return {
      requests: [{ method, path, setupRequest: (request) => ({ ...request, ...complete(requests()) }) }],
    };
  }
  // Each connection sends its share of them; all connections in step would ask for the same thing at once.
  let client = 0;
  return {
    setupClient(one) {
      const first = client++ % connections;
      one.setRequests(requests.filter((_, index) => index % connections === first).map(complete));
    },
  };
}

/**
 * Loads several targets in turn, for several rounds: what else happens on the machine meets all of them alike. A
 * first round, which nothing is read from, warms them up.
 */
export async function interleave<Name extends string>(
  targets: Readonly<Record<Name, Target>>,
  { rounds, connections, seconds }: { rounds: number; connections: number; seconds: number },
): Promise<Record<Name, Run[]>> {
  const names = Object.keys(targets) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Run[]>;
  for (const name of names) await load(targets[name], connections, { seconds });
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) runs[name].push(await load(targets[name], connections, { seconds }));
  }
  return runs;
}
