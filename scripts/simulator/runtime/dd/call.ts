import { isPromise } from '../realm.ts';
import type { PhoneEventInput } from '../types.ts';

/** The argument that every asynchronous `dd` API takes. */
export interface Options {
  success?: (result: unknown) => void;
  fail?: (error: DdFailure) => void;
  complete?: (result: unknown) => void;
  [name: string]: unknown;
}

export interface DdFailure {
  error: number;
  errorMessage: string;
  [name: string]: unknown;
}

/** Thrown by an implementation to end a call by `fail`. */
export class DdError extends Error {
  readonly code: number;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'DdError';
    this.code = code;
    this.extra = extra;
  }
}

export interface CallHost {
  /** Puts an event on the timeline; after the end nothing. */
  emit(event: PhoneEventInput): void;
  report(error: unknown, place: string): void;
  reportRejection(reason: unknown, place: string): void;
  /** False after the client has ended the mini program: late answers are dropped. */
  readonly running: boolean;
  /**
   * Calls back when the client ends the mini program, so that requests under way are given up.
   * @returns a function that removes the callback
   */
  whenEnded(callback: () => void): () => void;
}

/** The arguments of a call, as the timeline shows them. */
function withoutCallbacks(options: Options): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value !== 'function'));
}

/**
 * Makes a `dd` API of an implementation: callbacks run later, never during the call, `success` or `fail` once,
 * then `complete`. No promise is returned: DingTalk's documents promise none.
 */
export function asynchronous(
  host: CallHost,
  name: string,
  run: (options: Options) => unknown,
): (options?: Options) => void {
  return (options = {}) => {
    if (!host.running) return;
    host.emit({ kind: 'dd', name, outcome: 'called', detail: withoutCallbacks(options) });
    const deliver = (callback: ((value: never) => void) | undefined, value: unknown): void => {
      if (!callback) return;
      try {
        const result: unknown = (callback as (value: unknown) => unknown)(value);
        if (isPromise(result)) {
          result.catch((reason: unknown) => host.reportRejection(reason, `dd.${name} 的回调`));
        }
      } catch (error) {
        host.report(error, `dd.${name} 的回调`);
      }
    };
    const settle = async (): Promise<void> => {
      if (!host.running) return;
      try {
        const result = await run(options);
        if (!host.running) return;
        host.emit({ kind: 'dd', name, outcome: 'success' });
        deliver(options.success, result ?? {});
        deliver(options.complete, result ?? {});
      } catch (error) {
        if (!host.running) return;
        if (!(error instanceof DdError)) {
          host.report(error, `dd.${name}`);
          return;
        }
        const failure: DdFailure = { error: error.code, errorMessage: error.message, ...error.extra };
        host.emit({ kind: 'dd', name, outcome: 'fail', detail: failure });
        deliver(options.fail, failure);
        deliver(options.complete, failure);
      }
    };
    void Promise.resolve().then(settle);
  };
}

/**
 * Makes a synchronous `dd` API of an implementation that changes something: {@link synchronous} while the mini
 * program runs, and nothing after its end.
 */
export function synchronousChange(
  host: CallHost,
  name: string,
  run: (options: Options) => void,
): (options?: Options) => void {
  const change = synchronous(host, name, run);
  return (options) => {
    if (host.running) change(options);
  };
}

/**
 * Makes a synchronous `dd` API of an implementation that reads: it returns the answer, or throws. Code that goes on
 * for a moment after the end (an asynchronous `onUnload`) still gets its answer; without one it would fail in a way
 * that no device shows.
 * @param name as it stands on the timeline
 */
export function synchronous<T>(
  host: CallHost,
  name: string,
  run: (options: Options) => T,
): (options?: Options) => T {
  return (options = {}) => {
    host.emit({ kind: 'dd', name, outcome: 'called' });
    try {
      const result = run(options);
      host.emit({ kind: 'dd', name, outcome: 'success' });
      return result;
    } catch (error) {
      const { code, message } = error instanceof DdError ? error : { code: 0, message: String(error) };
      host.emit({ kind: 'dd', name, outcome: 'fail', detail: { error: code, errorMessage: message } });
      throw error;
    }
  };
}
