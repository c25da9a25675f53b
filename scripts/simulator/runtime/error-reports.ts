import { consoleText, miniConsole } from './mini-console.ts';
import { isError } from './realm.ts';
import type { PhoneEventInput } from './types.ts';

export interface ErrorReportsHost {
  emit(event: PhoneEventInput): void;
  /** Takes each error; without it, errors go to `console.error`. */
  onError: ((error: Error) => void) | undefined;
  /** The page on the screen has failed. */
  failed(): void;
  /** Calls a hook of the mini program's `App({…})`. */
  callApp(hook: 'onError' | 'onUnhandledRejection', argument: unknown): void;
}

const MAX_ERRORS_A_SECOND = 5;
/** The file name of the mini program's code in stacks; `compiler/link.ts` sets it. */
const SCRIPT_NAME = 'mini-program.js';

/** Reports errors of the mini program's own code: to the timeline, to `onError`, and to its `App`. */
export class ErrorReports {
  /** The mini program's `console`. It does not report an error again that has been reported. */
  readonly console = miniConsole((level, values, stack) => {
    const error = values.find(isError);
    if (values.some((value) => this.isKnown(value))) return;
    if (error) this.known.add(error);
    this.host.emit({ kind: 'console', level, message: consoleText(values), stack: error?.stack ?? stack });
    if (level === 'error') this.host.failed();
  });
  private readonly host: ErrorReportsHost;
  private readonly known = new WeakSet<object>();
  /** The argument of the hook of `App` that runs now. */
  private telling: unknown;
  private toldAt: number[] = [];

  constructor(host: ErrorReportsHost) {
    this.host = host;
  }

  error(cause: unknown, place: string): void {
    const error = this.record(cause, place);
    this.tellApp('onError', error.message, place);
  }

  rejection(reason: unknown, place: string): void {
    this.record(reason, place);
    this.tellApp('onUnhandledRejection', { reason }, place);
  }

  /**
   * Listens to a browser's window for rejected promises that no handler returned. Those of the page around the phone
   *   are left out, by their stack. Vitest reports rejections by itself.
   * @returns a function that ends it
   */
  listen(window: EventTarget | null): () => void {
    const heard = (event: Event): void => {
      const { reason } = event as PromiseRejectionEvent;
      const stack: unknown = (reason as Partial<Error> | null | undefined)?.stack;
      if (typeof stack !== 'string' || stack.includes(SCRIPT_NAME))
        this.rejection(reason, '没有处理的 Promise');
    };
    window?.addEventListener('unhandledrejection', heard);
    return () => window?.removeEventListener('unhandledrejection', heard);
  }

  /** Calls a hook of `App`, a few times a second at most, since the hook itself may cause the next error. */
  private tellApp(hook: 'onError' | 'onUnhandledRejection', argument: unknown, place: string): void {
    const now = Date.now();
    this.toldAt = this.toldAt.filter((time) => now - time < 1000);
    if (place.endsWith(hook) || this.toldAt.length >= MAX_ERRORS_A_SECOND) return;
    this.toldAt.push(now);
    this.telling = hook === 'onError' ? argument : (argument as { reason: unknown }).reason;
    try {
      this.host.callApp(hook, argument);
    } finally {
      this.telling = undefined;
    }
  }

  private isKnown(value: unknown): boolean {
    return typeof value === 'object' && value !== null
      ? this.known.has(value)
      : value !== undefined && value === this.telling;
  }

  private record(cause: unknown, place: string): Error {
    const error = isError(cause) ? cause : new Error(String(cause));
    const { message, stack } = error;
    if (!this.known.has(error)) {
      this.host.emit({ kind: 'error', message: `${place}：${message}`, ...(stack ? { stack } : {}) });
    }
    this.known.add(error);
    this.host.failed();
    if (this.host.onError) this.host.onError(new Error(`${place}：${message}`, { cause: error }));
    else console.error(`${place}：`, error);
    return error;
  }
}
