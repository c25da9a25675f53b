/**
 * Collects what must not happen while a test runs. `console.error` counts: Vue, the simulator and the mini
 * program all report by it.
 */
export class ErrorWatch {
  private readonly errors: Error[] = [];
  private readonly original = console.error;

  start(): void {
    console.error = (...values: unknown[]) => {
      const error = values.find((value) => value instanceof Error);
      this.add(new Error(`console.error：${values.map(String).join(' ')}`, { cause: error }));
    };
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
    return this.errors.splice(0);
  }

  stop(): void {
    console.error = this.original;
  }
}
