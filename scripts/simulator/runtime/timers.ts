type Handle = ReturnType<typeof setTimeout>;

/** The timers of one run of a mini program: they end with it, as on a phone, and none begins after that. */
export class Timers {
  private readonly running = new Set<Handle>();
  private readonly report: (error: unknown) => void;
  private readonly speed: number;
  private stopped = false;

  /** @param speed divides the times */
  constructor(report: (error: unknown) => void, speed = 1) {
    this.report = report;
    this.speed = speed;
  }

  /** The four functions as the mini program sees them. String callbacks are an error on devices, and here. */
  readonly globals = {
    setTimeout: (callback: () => void, milliseconds = 0): Handle => {
      const handle = setTimeout(() => {
        this.running.delete(handle);
        this.run(callback);
      }, milliseconds / this.speed);
      return this.keep(handle);
    },
    setInterval: (callback: () => void, milliseconds?: number): Handle =>
      this.keep(setInterval(() => this.run(callback), milliseconds)),
    clearTimeout: (handle: Handle): void => this.clear(handle),
    clearInterval: (handle: Handle): void => this.clear(handle),
  };

  stop(): void {
    this.stopped = true;
    for (const handle of [...this.running]) this.clear(handle);
  }

  private keep(handle: Handle): Handle {
    if (this.stopped) clearTimeout(handle);
    else this.running.add(handle);
    return handle;
  }

  private clear(handle: Handle): void {
    this.running.delete(handle);
    clearTimeout(handle);
  }

  private run(callback: () => void): void {
    try {
      if (typeof callback !== 'function') throw new TypeError('定时器的第一个参数应是函数');
      callback();
    } catch (error) {
      this.report(error);
    }
  }
}
