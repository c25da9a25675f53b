import { isError } from '../runtime/realm.ts';

let original: typeof console.error | undefined;
const watching = new Set<ErrorWatch>();
/** What went to `console.error` while apps were open: nobody can tell which of them said it. */
const said: Error[] = [];

function listen(): void {
  original = console.error;
  console.error = (...values: unknown[]) => {
    const error = values.find(isError);
    said.push(new Error(`console.error：${values.map(String).join(' ')}`, { cause: error }));
  };
}

/**
 * Collects what must not happen while a test runs. `console.error` counts: Vue, the simulator and the mini
 * program all report by it. Several apps may be open at once; what the console got counts for each of them.
 */
export class ErrorWatch {
  private readonly errors: Error[] = [];

  start(): void {
    if (watching.size === 0) listen();
    watching.add(this);
  }

  add(error: Error): void {
    this.errors.push(error);
  }

  /** @throws the first error since the last check, with all messages */
  check(): void {
    const errors = this.take();
    if (errors.length === 0) return;
    const messages = errors.map((error) => error.message).join('\n');
    throw new Error(`小程序出错了：\n${messages}`, { cause: errors[0] });
  }

  take(): Error[] {
    return [...this.errors.splice(0), ...said.splice(0)];
  }

  stop(): void {
    watching.delete(this);
    if (watching.size > 0 || !original) return;
    console.error = original;
    original = undefined;
  }
}
