/** The first message of a process under measurement. */
export interface Ready {
  url: string;
}

export interface Usage {
  /** Milliseconds of processor time, user and system, of all its threads. */
  cpuMs: number;
  rssMiB: number;
  heapMiB: number;
  /** Null where there is no session cache. */
  sessionCache: { hits: number; misses: number } | null;
}

/**
 * Tells the parent process where this one listens, and from then on, when asked, what it has used. Ends the
 * process with `close` when the parent goes.
 */
export function serveUsage(
  url: string,
  close: () => Promise<unknown>,
  sessionCache: () => Usage['sessionCache'] = () => null,
): void {
  process.on('message', (message: { collectGarbage: boolean }) => {
    if (message.collectGarbage) globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const usage: Usage = {
      cpuMs: (user + system) / 1000,
      rssMiB: rss / 1024 ** 2,
      heapMiB: heapUsed / 1024 ** 2,
      sessionCache: sessionCache(),
    };
    process.send?.(usage);
  });
  process.on('disconnect', () => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  process.send?.({ url } satisfies Ready);
}
