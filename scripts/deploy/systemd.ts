import type { DeployPlan } from './plan.ts';
import { filled } from './template.ts';

/** Where a release is installed on the servers of the application. */
const installRoot = ({ name }: Pick<DeployPlan, 'name'>): string => `/opt/${name}`;

/** The system user of the service; Linux takes 32 characters. */
const systemUser = ({ name }: Pick<DeployPlan, 'name'>): string => name.slice(0, 31);

/**
 * Keeps an instance small, for a few hundredths of the processor's time. V8 clears young objects away sooner, and old
 * ones at a pace that it takes from their bound. glibc has one pool of memory, not one for each thread, and gives back
 * what is free at its end. Blocks of 32 KiB, which V8's compiler takes, stay outside the pool: one small block behind
 * them would keep the pool from shrinking, by 30 MiB in half of the measurements.
 */
export const memoryEnvironment = {
  NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=512',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '32768',
} as const;

/**
 * The template unit of an instance, `<name>@3001.service`: the port is the instance's name.
 *
 * The stop has more time than the server itself takes (server/jobs/stopping.ts: 10 s, then it ends by itself), so
 * systemd never kills a process that is still answering. `MemoryDenyWriteExecute` is left out: V8 compiles while
 * it runs.
 */
export const serviceUnit = (plan: DeployPlan): string =>
  filled('instance.service', {
    appName: plan.appName,
    name: plan.name,
    user: systemUser(plan),
    root: installRoot(plan),
    memory: Object.entries(memoryEnvironment)
      .map(([name, value]) => `Environment="${name}=${value}"`)
      .join('\n'),
  });

/** Every instance of one machine at once. */
export const targetUnit = ({ appName, name }: DeployPlan): string => filled('all.target', { appName, name });
