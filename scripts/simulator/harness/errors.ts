import { isError } from '../runtime/realm.ts';

let original: typeof console.error | undefined;
const watching = new Set<ErrorWatch>();
/** Messages of `console.error` while apps are open; it is unknown which app they come from. */
const said: Error[] = [];

function listen(): void {
  original = console.error;
  console.error = (...values: unknown[]) => {
    const error = values.find(isError);
    said.push(new Error(`console.error：${values.map(String).join(' ')}`, { cause: error }));
  };
}

/**
 * Collects the errors of a test. `console.error` counts as one: Vue, the simulator and the mini program report by it.
 * When several apps are open, it counts for each of them.
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
