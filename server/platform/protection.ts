import type { ProtectionConfig } from '../config/platform.ts';
import { cutOffCode } from './answer.ts';
import {
  type CircuitBreaker,
  type CircuitChange,
  createCircuitBreaker,
  type Permit,
} from './circuit-breaker.ts';
import { type CircuitStatus, PlatformError } from './platform.ts';
import { type Clock, createRateLimit, defaultQueueMs, type Held, type RateLimit } from './rate-limit.ts';

/** Called when an API's circuit opens, is tried, or closes. */
export type CircuitListener = (change: CircuitChange & { api: string }) => void;

/** Which limit of this server refused a call. */
export type RefusedBy = 'limit' | 'circuit';

/** A call that this server refused: nothing was sent, so no code was consumed. */
export class CallRefusedError extends PlatformError {
  readonly refusedBy: RefusedBy;
  /** The caller's place in line; null without one. */
  readonly held: Held | null;

  constructor(refusedBy: RefusedBy, api: string, message: string, waitMs: number, held: Held | null = null) {
    const retryAfterSeconds = Math.max(Math.ceil(waitMs / 1000), 1);
    super('busy', api, `${message}，请 ${retryAfterSeconds} 秒后重试`, {
      retryAfterSeconds,
      neverSent: true,
    });
    this.refusedBy = refusedBy;
    this.held = held;
  }
}

/** Permission for one call; `ended` is called once, at its end. */
export interface Passage {
  /**
   * @param failure the call's error; null for a success.
   * @param status the HTTP status of the answer; null without an answer.
   */
  ended(failure: unknown, status: number | null): void;
}

export interface Protection {
  /**
   * Waits for the call's turn.
   *
   * @param origin scheme and host; a cut-off stops all calls to it.
   * @param placeMs the caller's place in line, as {@link RateLimit.turn} takes it.
   * @throws CallRefusedError if its turn is far away, or the API's circuit is open; the caller keeps a place.
   */
  enter(origin: string, api: string, placeMs?: number | null): Promise<Passage>;
  /** The circuits that are not closed. */
  circuits(): CircuitStatus[];
}

const breakerWindowMs = 60_000;

/**
 * The limit and the circuits of one app's calls: one of each for every API, and one circuit for every origin.
 *
 * @throws RangeError for senseless numbers.
 */
export function createProtection(
  { callsPerSecond, maxQueueMs = defaultQueueMs, breakerFailures, breakerOpenMs = 10_000 }: ProtectionConfig,
  clock: Clock,
  onCircuit?: CircuitListener,
): Protection {
  for (const count of [callsPerSecond, breakerFailures]) {
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
      throw new RangeError(`每秒调用次数与熔断次数应为正整数，现在是 ${count}`);
    }
  }
  const limits = new Map<string, RateLimit>();
  /** By API; the circuit of an origin has the name `*`. */
  const circuits = new Map<string, { api: string; breaker: CircuitBreaker }>();

  function turnOf(origin: string, api: string, placeMs?: number | null): Promise<Held | null> {
    if (callsPerSecond === undefined) return Promise.resolve(null);
    const limit = () => createRateLimit({ perSecond: callsPerSecond, maxQueueMs, clock });
    return entry(limits, origin + api, limit).turn(placeMs);
  }

  function breakersOf(origin: string, api: string): CircuitBreaker[] {
    if (breakerFailures === undefined) return [];
    return ['*', api].map((name) => {
      const create = () => ({
        api: name,
        breaker: createCircuitBreaker({
          failures: breakerFailures,
          windowMs: breakerWindowMs,
          openMs: breakerOpenMs,
          now: clock.now,
          onChange(change) {
            try {
              onCircuit?.({ api: name, ...change });
            } catch {
              // A broken metric must not fail a sign-in.
            }
          },
        }),
      });
      return entry(circuits, origin + name, create).breaker;
    });
  }

  return {
    async enter(origin, api, placeMs) {
      const breakers = breakersOf(origin, api);
      const refuse = (waitMs: number, place: number | null | undefined) => {
        const held = typeof place === 'number' ? { placeMs: place, dueMs: Math.max(place, waitMs) } : null;
        return new CallRefusedError('circuit', api, `平台 ${api} 一再出错，已暂停调用`, waitMs, held);
      };

      // Checked before the queue and after it: a circuit may have opened meanwhile.
      const refusal = Math.max(0, ...breakers.map((breaker) => breaker.refusesFor()));
      if (refusal > 0) throw refuse(refusal, placeMs);
      const held = await turnOf(origin, api, placeMs);
      if (held !== null) {
        const message = `对平台 ${api} 的调用已排满（每秒 ${callsPerSecond} 次）`;
        const kept = placeMs === undefined ? null : held;
        throw new CallRefusedError('limit', api, message, held.dueMs - maxQueueMs, kept);
      }
      const permits: Permit[] = [];
      for (const breaker of breakers) {
        const permit = breaker.enter();
        if (typeof permit === 'number') {
          for (const taken of permits) taken.abandoned();
          // A call that waited here had a place, even if nobody was told it.
          throw refuse(permit, placeMs === null ? 0 : placeMs);
        }
        permits.push(permit);
      }

      const [whole, one] = breakers;
      const [wholePermit, onePermit] = permits;
      return {
        ended(failure, status) {
          if (isCutOff(failure)) {
            const pause = (failure.retryAfterSeconds ?? 0) * 1000;
            whole?.trip(pause);
            one?.trip(pause);
          } else {
            wholePermit?.succeeded();
            if (isOutage(failure, status)) onePermit?.failed();
            else onePermit?.succeeded();
          }
        },
      };
    },
    circuits: () =>
      [...circuits.values()].flatMap(({ api, breaker }) => {
        const state = breaker.state();
        return state === 'closed' ? [] : [{ api, state, openMs: breaker.refusesFor() }];
      }),
  };
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/** Whether the platform's flow control, which stands before all APIs, refuses this machine. */
function isCutOff(failure: unknown): failure is PlatformError {
  return failure instanceof PlatformError && failure.kind === 'busy' && failure.upstreamCode === cutOffCode;
}

/**
 * Whether a failure means that the API is down. An error code does not: the API works, and the next person's call may
 * succeed. Neither does a 4xx: a firewall before the platform answers it to one client's content, and one client must
 * not stop everybody's calls. HTML with another status is a proxy's or a maintenance page, and means that the API is
 * down.
 */
function isOutage(failure: unknown, status: number | null): boolean {
  if (!(failure instanceof PlatformError)) return false;
  switch (failure.kind) {
    case 'timeout':
      return true;
    case 'busy':
      return failure.upstreamCode === '503';
    case 'fault':
      if (status !== null && status >= 400 && status < 500) return false;
      return failure.upstreamCode === null || status === null || status >= 500;
    default:
      return false;
  }
}
