/**
 * `closed`: calls pass. `open`: calls are refused at once. `half-open`: one call, the probe, decides; the others are
 * refused.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitChange {
  state: CircuitState;
  /** How long an `open` circuit refuses calls, in milliseconds; 0 in the other states. */
  openMs: number;
}

export interface CircuitBreakerOptions {
  /** This many failures open the circuit, if they are at least half of the latest calls. */
  failures: number;
  /** Older calls than this do not count, in milliseconds. */
  windowMs: number;
  /** How long it stays open before a probe, in milliseconds. */
  openMs: number;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  onChange?: (change: CircuitChange) => void;
}

/** Permission for one call. The caller calls exactly one of the functions, once, at the call's end. */
export interface Permit {
  /** The other side answered. */
  succeeded(): void;
  /** The other side is broken. */
  failed(): void;
  /** The call was not made, or says nothing about the other side. */
  abandoned(): void;
}

export interface CircuitBreaker {
  /** How long calls are refused, in milliseconds; 0 if the next one passes. */
  refusesFor(): number;
  /** @returns a permit, or the milliseconds (above 0) until the next attempt makes sense. */
  enter(): Permit | number;
  /** Opens the circuit for `ms`: the other side has said that it will not answer. */
  trip(openMs: number): void;
  state(): CircuitState;
}

/** The wait that other calls are told while a probe is under way, in milliseconds. */
const probeWaitMs = 1000;

/**
 * Stops calls to an API that is down: people get their answer at once instead of waiting for a time-out, and the
 * platform is not hit while it recovers. The caller says what is a failure.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { failures, windowMs, openMs, now, onChange } = options;
  let state: CircuitState = 'closed';
  let openUntil = 0;
  /** Grows at every change of state: permits of an earlier era are ignored. */
  let era = 0;
  /** The latest finished calls, oldest first: at most twice `failures`, so that half of them open the circuit. */
  let results: { at: number; failed: boolean }[] = [];

  function become(next: CircuitState, forMs = 0): void {
    state = next;
    era += 1;
    openUntil = next === 'open' ? now() + forMs : 0;
    results = [];
    onChange?.({ state: next, openMs: forMs });
  }

  function record(failed: boolean): void {
    const time = now();
    results = results.filter(({ at }) => time - at < windowMs).slice(1 - 2 * failures);
    results.push({ at: time, failed });
    if (results.filter((result) => result.failed).length >= failures) become('open', openMs);
  }

  function permit(probe: boolean): Permit {
    const mine = era;
    const conclude = (conclusion: () => void) => () => {
      if (mine === era) conclusion();
    };
    return {
      succeeded: conclude(() => (probe ? become('closed') : record(false))),
      failed: conclude(() => (probe ? become('open', openMs) : record(true))),
      // The next call is the probe, at once.
      abandoned: conclude(() => {
        if (probe) become('open', 0);
      }),
    };
  }

  function refusesFor(): number {
    if (state === 'closed') return 0;
    return state === 'half-open' ? probeWaitMs : Math.max(openUntil - now(), 0);
  }

  return {
    refusesFor,
    enter() {
      if (state === 'closed') return permit(false);
      const wait = refusesFor();
      if (wait > 0) return wait;
      become('half-open');
      return permit(true);
    },
    trip(forMs) {
      // A longer pause that has already begun stays.
      if (state === 'open' && openUntil >= now() + forMs) return;
      become('open', forMs);
    },
    state: () => state,
  };
}
