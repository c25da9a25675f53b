import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { follow } from './connection.ts';
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
  /** Ends the step early. */
  signal: AbortSignal;
  /** Called about every second. */
  watch?: (recording: Recording, seconds: number) => void;
}

/** How often autocannon looks whether its time is over, in milliseconds. */
const lookEveryMs = 100;

/**
 * Loads the app over so many connections, each sending its next request as soon as the last is answered.
 *
 * @returns the figures; a step that was stopped has those until then.
 */
export async function runStep(options: StepOptions): Promise<LoadTestStep> {
  const { endpoints, connections, seconds, signal, watch } = options;
  const recording = new Recording(endpoints.map(({ name }) => name));
  const start = performance.now();
  const busy = performance.eventLoopUtilization();
  const elapsed = () => (performance.now() - start) / 1000;
  // What comes while autocannon looks up belongs to the last second.
  const second = () => Math.min(Math.floor(elapsed()), Math.max(0, seconds - 1));
  let nth = 0;
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url: new URL(options.address).origin,
        connections,
        duration: seconds,
        timeout: options.timeoutSeconds,
        sampleInt: lookEveryMs,
        skipAggregateResult: true,
        setupClient: (client) => connect(client, nth++, options, recording, second),
      },
      (error) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve();
      },
    );
    const stop = () => instance.stop();
    instance.on('tick', () => watch?.(recording, elapsed()));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  const measured = elapsed();
  return {
    connections,
    seconds: Math.round(measured * 10) / 10,
    complete: measured >= seconds,
    ...recording.result(measured),
    generatorBusy: Math.round(performance.eventLoopUtilization(busy).utilization * 100) / 100,
  };
}

/** Gives a connection its session and its requests, and writes down what becomes of them. */
function connect(
  client: autocannon.Client,
  nth: number,
  { address, endpoints, tokens }: StepOptions,
  recording: Recording,
  second: () => number,
): void {
  const base = new URL(address).pathname.replace(/\/$/, '');
  const token = tokens[nth % tokens.length] ?? '';
  // One interface after the other, each connection beginning elsewhere: all in step would ask for the same at once.
  const order = endpoints.map((_, index) => (index + nth) % endpoints.length);
  const rounds = Math.max(...endpoints.map(({ requests }) => requests.length));
  const plan: { endpoint: number; request: autocannon.Request }[] = [];
  /** Why the answer that has just come is no good; null for a good one. */
  let wrong: ErrorKind | null = null;
  for (let round = 0; round < rounds; round += 1) {
    for (const endpoint of order) {
      const { requests, holds } = endpoints[endpoint] ?? { requests: [], holds: null };
      const one = requests[(round + nth) % requests.length];
      if (one === undefined) continue;
      plan.push({
        endpoint,
        request: {
          method: one.method,
          path: base + one.path,
          headers: headersOf(token, one.body),
          ...(one.body === null ? {} : { body: one.body }),
          // Comes right before the `response` event, which alone knows the time.
          onResponse(status, body) {
            wrong =
              status < 200 || status > 299
                ? `http-${status}`
                : holds !== null && !body.includes(holds)
                  ? 'wrong-answer'
                  : null;
          },
        },
      });
    }
  }
  client.setRequests(plan.map(({ request }) => request));

  let sent = -1;
  const endpoint = () => plan[Math.max(0, sent) % plan.length]?.endpoint ?? 0;
  follow(client, {
    sent: () => {
      sent += 1;
    },
    answered(ms) {
      if (wrong === null) recording.good(second(), endpoint(), ms);
      else recording.bad(second(), endpoint(), wrong);
    },
    lost(kind) {
      recording.bad(second(), endpoint(), kind);
    },
  });
}
