import type { EndpointResult, ErrorKind, Latency, LoadTestStep, Sample } from './contract.ts';

/** The figures of a step that follow from its requests alone. */
export type Recorded = Latency &
  Pick<LoadTestStep, 'requests' | 'successRate' | 'requestsPerSecond' | 'errors' | 'endpoints' | 'samples'>;

/** Keeps the time of each good answer, so that every percentile is exact. */
export class Recording {
  readonly #names: readonly string[];
  /** Milliseconds, in the order in which the answers came, so that a second's are side by side. */
  readonly #times: number[] = [];
  readonly #endpointOf: number[] = [];
  readonly #errors = new Map<ErrorKind, number>();
  readonly #badOf: number[];
  /** Of each second: where its good answers end in {@link #times}, and how many errors it had. */
  readonly #ends: number[] = [];
  readonly #errorsIn: number[] = [];

  /** @param names of the endpoints, by index. */
  constructor(names: readonly string[]) {
    this.#names = names;
    this.#badOf = names.map(() => 0);
  }

  /** @param at seconds since the start. */
  good(at: number, endpoint: number, ms: number): void {
    this.#times.push(ms);
    this.#endpointOf.push(endpoint);
    this.#open(at);
    this.#ends[this.#ends.length - 1] = this.#times.length;
  }

  bad(at: number, endpoint: number, kind: ErrorKind): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
    this.#badOf[endpoint] = (this.#badOf[endpoint] ?? 0) + 1;
    this.#open(at);
    this.#errorsIn[this.#errorsIn.length - 1] = (this.#errorsIn.at(-1) ?? 0) + 1;
  }

  #open(at: number): void {
    while (this.#ends.length <= at) {
      this.#ends.push(this.#ends.at(-1) ?? 0);
      this.#errorsIn.push(0);
    }
  }

  /** Requests that have ended so far, and the last second; for the progress line. */
  now(): { good: number; bad: number; lastSecond: Sample | null } {
    return { good: this.#times.length, bad: sum(this.#errorsIn), lastSecond: this.#samples(1).at(0) ?? null };
  }

  /** @param seconds that were measured. */
  result(seconds: number): Recorded {
    const times = this.#times;
    const bad = sum(this.#badOf);
    const requests = times.length + bad;
    return {
      requests,
      successRate: share(times.length, requests),
      requestsPerSecond: round(times.length / seconds, 1),
      ...latency(times),
      errors: Object.fromEntries([...this.#errors].sort(([, a], [, b]) => b - a)),
      endpoints: this.#names.map((name, index) => this.#endpoint(name, index)),
      samples: this.#samples(this.#ends.length + 1),
    };
  }

  #endpoint(name: string, index: number): EndpointResult {
    const own = this.#times.filter((_, nth) => this.#endpointOf[nth] === index);
    const requests = own.length + (this.#badOf[index] ?? 0);
    const { meanMs, p99Ms } = latency(own);
    return { name, requests, successRate: share(own.length, requests), meanMs, p99Ms };
  }

  /** The last `count` seconds. */
  #samples(count: number): Sample[] {
    const samples: Sample[] = [];
    for (let second = Math.max(0, this.#ends.length - count); second < this.#ends.length; second += 1) {
      const own = this.#times.slice(this.#ends[second - 1] ?? 0, this.#ends[second]);
      const errors = this.#errorsIn[second] ?? 0;
      const { meanMs, p99Ms } = latency(own);
      const none = own.length === 0;
      samples.push({
        second,
        requests: own.length + errors,
        errors,
        meanMs: none ? null : meanMs,
        p99Ms: none ? null : p99Ms,
      });
    }
    return samples;
  }
}

/** All zero where there is nothing. */
function latency(times: readonly number[]): Latency {
  const sorted = Float64Array.from(times).sort();
  // By the nearest rank, which is a measured time.
  const at = (percent: number) =>
    round(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0, 2);
  return {
    meanMs: round(sorted.length === 0 ? 0 : sorted.reduce((total, ms) => total + ms, 0) / sorted.length, 2),
    p50Ms: at(50),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    maxMs: at(100),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** Unrounded: 0.98989 must not become 0.99. */
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
