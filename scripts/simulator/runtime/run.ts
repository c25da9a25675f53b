import type { CallHost } from './dd/call.ts';
import { Timers } from './timers.ts';
import type { PhoneEventInput } from './types.ts';

/** The phone as a run sees it; see `CallHost`. */
export type RunHost = Pick<CallHost, 'emit' | 'report' | 'reportRejection'>;

/**
 * One run of the mini program, from a cold start until the client ends it. Code that has been evaluated cannot be
 * killed in a browser, so what it could still do ends here: its timers stop, its requests are given up, its `dd`
 * changes nothing, and no answer reaches it.
 */
export class Run implements CallHost {
  readonly timers: Timers;
  private readonly host: RunHost;
  private readonly atEnd = new Set<() => void>();
  private hasEnded = false;

  constructor(host: RunHost, timerSpeed?: number) {
    this.host = host;
    this.timers = new Timers((error) => this.report(error, '定时器'), timerSpeed);
  }

  get running(): boolean {
    return !this.hasEnded;
  }

  end(): void {
    this.timers.stop();
    this.hasEnded = true;
    for (const callback of this.atEnd) callback();
    this.atEnd.clear();
  }

  whenEnded(callback: () => void): () => void {
    this.atEnd.add(callback);
    return () => void this.atEnd.delete(callback);
  }

  emit(event: PhoneEventInput): void {
    if (this.running) this.host.emit(event);
  }

  report(error: unknown, place: string): void {
    if (this.running) this.host.report(error, place);
  }

  reportRejection(reason: unknown, place: string): void {
    this.host.reportRejection(reason, place);
  }
}
