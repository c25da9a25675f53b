import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CircuitListener, UpstreamCall } from '../platform/index.ts';
import { faultCode } from './errors.ts';

/** The APIs that give app tokens: how often they are called is watched by itself. */
const tokenApis: ReadonlySet<string> = new Set(['/v1.0/oauth2/accessToken', '/gettoken.json']);

/** How somebody signed in: by the platform's code, or to the console by user name and password. */
export type SignInBy = 'platform' | 'password';

/** What is counted, told by the code in which it happens. */
export interface Happenings {
  platformCall: (call: UpstreamCall) => void;
  circuit: CircuitListener;
  /** @param outcome an outcome, or outcome and reason: `no-permission OUT_OF_RANGE`, `fault PLATFORM_BUSY`. */
  signIn: (outcome: string, by: SignInBy) => void;
  binding: (outcome: string) => void;
}

/** One value of a gauge; `labels` as the gauge declares them. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

export interface GaugeOptions {
  name: string;
  help: string;
  labelNames?: string[];
  read: () => Promise<readonly Sample[]>;
}

/** Prometheus metrics of one server. No label ever names a person. */
export interface Metrics extends Happenings {
  readonly registry: Registry;
  /** Tells a listener, too, of what happens from now on. */
  listen(listener: Partial<Happenings>): void;
  /**
   * Adds a gauge that is read at each scrape. What cannot be read is absent, neither an old value nor 0, and does not
   * fail the page: while the database is away the other metrics are wanted most.
   */
  gauge(options: GaugeOptions): void;
}

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics;
  }
}

/** Decorates `app.metrics`; server/plugins/health.ts answers with them. */
export const metrics = fp(
  async (app: FastifyInstance) => {
    const registry = new Registry();
    const listeners: Partial<Happenings>[] = [createCounters(registry)];
    const tell = (what: (listener: Partial<Happenings>) => void) => {
      for (const listener of listeners) what(listener);
    };
    app.decorate('metrics', {
      registry,
      listen(listener) {
        listeners.push(listener);
      },
      platformCall: (call) => tell((listener) => listener.platformCall?.(call)),
      circuit: (change) => tell((listener) => listener.circuit?.(change)),
      signIn: (outcome, by) => tell((listener) => listener.signIn?.(outcome, by)),
      binding: (outcome) => tell((listener) => listener.binding?.(outcome)),
      gauge({ read, ...configuration }) {
        new Gauge({
          ...configuration,
          registers: [registry],
          async collect() {
            const samples = await read().catch((err: unknown) => {
              app.log.warn({ err, metric: configuration.name }, 'a metric could not be read');
              return [];
            });
            this.reset();
            // A gauge without labels is reset to a 0, not to nothing.
            if (configuration.labelNames === undefined) this.remove();
            for (const { labels = {}, value } of samples) this.set(labels, value);
          },
        });
      },
    });
    app.metrics.gauge({
      name: 'database_up',
      help: '1 when the database answered this scrape, 0 when it did not: then what it would tell is absent',
      read: () =>
        app.database.ping().then(
          () => [{ value: 1 }],
          () => [{ value: 0 }],
        ),
    });
  },
  { name: 'metrics', dependencies: ['core'] },
);

function createCounters(registry: Registry): Happenings {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const signIns = new Counter({
    name: 'sign_ins_total',
    help: 'Sign-ins by outcome and reason, or by the code of the fault that ended them; by is platform or password',
    labelNames: ['outcome', 'by'],
    registers,
  });
  const bindings = new Counter({
    name: 'bindings_total',
    help: 'Binding attempts by outcome and reason; LOCKED are the lockouts',
    labelNames: ['outcome'],
    registers,
  });
  const calls = new Counter({
    name: 'platform_calls_total',
    help: 'Calls to the platform by API and result; refused_by tells calls that were held back here',
    labelNames: ['api', 'result', 'refused_by'],
    registers,
  });
  const seconds = new Histogram({
    name: 'platform_call_seconds',
    help: 'How long calls to the platform took, without the wait for their turn',
    labelNames: ['api'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5],
    registers,
  });
  const tokenFetches = new Counter({
    name: 'app_token_fetches_total',
    help: 'App tokens fetched from the platform, by result',
    labelNames: ['result'],
    registers,
  });
  const circuits = new Gauge({
    name: 'platform_circuit_open',
    help: '1 while calls to this API are held back because it is faulty',
    labelNames: ['api'],
    registers,
  });

  return {
    platformCall({ api, ok, kind, refusedBy, durationMs }) {
      const result = ok ? 'ok' : (kind ?? 'fault');
      calls.inc({ api, result, refused_by: refusedBy ?? '' });
      if (refusedBy !== undefined) return;
      seconds.observe({ api }, durationMs / 1000);
      if (tokenApis.has(api)) tokenFetches.inc({ result });
    },
    circuit({ api, state }) {
      circuits.set({ api }, state === 'closed' ? 0 : 1);
    },
    signIn: (outcome, by) => signIns.inc({ outcome, by }),
    binding: (outcome) => bindings.inc({ outcome }),
  };
}

/** An outcome with its reason, where it has one. */
export function labelOf(result: { outcome: string; reason?: string }): string {
  return result.reason === undefined ? result.outcome : `${result.outcome} ${result.reason}`;
}

/** Counts how a sign-in or a binding ended, whichever way it did. */
export async function counted<T>(
  count: (outcome: string) => void,
  work: Promise<T>,
  label: (result: T) => string,
): Promise<T> {
  try {
    const result = await work;
    count(label(result));
    return result;
  } catch (error) {
    count(`fault ${faultCode(error)}`);
    throw error;
  }
}
