import { setTimeout } from 'node:timers/promises';
import { median } from '../report.ts';
import { load, type Target } from './load.ts';

/** What many sign-ins did to the memory of the server's process. */
export interface MemoryCourse {
  requests: number;
  requestsPerSecond: number;
  /** Resident memory, in MiB: the middle of the second and of the last quarter of the run. */
  earlyRssMiB: number;
  lateRssMiB: number;
  maxRssMiB: number;
  /** What is alive after a garbage collection, in MiB: before and after the run. */
  heapBeforeMiB: number;
  heapAfterMiB: number;
  samples: number[];
}

const sampleEveryMs = 250;

/** Loads the target with so many requests while its process's memory is sampled. */
export async function courseOfMemory(
  target: Target,
  connections: number,
  requests: number,
): Promise<MemoryCourse> {
  const { heapMiB: heapBeforeMiB } = await target.server.usage({ collectGarbage: true });
  const samples: number[] = [];
  let running = true;
  const run = load(target, connections, { requests }).finally(() => {
    running = false;
  });
  while (running) {
    await setTimeout(sampleEveryMs);
    if (running) samples.push((await target.server.usage()).rssMiB);
  }
  const { requestsPerSecond } = await run;
  const { heapMiB: heapAfterMiB } = await target.server.usage({ collectGarbage: true });
  const quarter = Math.floor(samples.length / 4);
  return {
    requests,
    requestsPerSecond,
    earlyRssMiB: median(samples.slice(quarter, 2 * quarter)),
    lateRssMiB: median(samples.slice(3 * quarter)),
    maxRssMiB: Math.max(...samples),
    heapBeforeMiB,
    heapAfterMiB,
    samples: samples.map((mib) => Math.round(mib * 10) / 10),
  };
}
