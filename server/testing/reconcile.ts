import type { CheckedUser, Recheck } from '../events/recheck.ts';
import { createReconcile, type Reconcile } from '../events/reconcile.ts';
import { type Built, build } from './build.ts';

/** A server with people, and re-checks without real waits. */
export interface Reconciling {
  server: Built;
  /** How many people are bound: thirty, and the five of the seed. */
  everybody: number;
  /** The waits of the re-checks so far, in milliseconds. */
  waits: number[];
  /** What happens at each wait. */
  duringWait: (() => Promise<void>) | undefined;
  /** Moves the re-checks' clock. */
  advance(ms: number): void;
  create(recheck: Recheck, perSecond?: number): Reconcile;
  runs(): ReturnType<Built['prisma']['reconcileRun']['findMany']>;
  /** Restores the initial state. */
  reset(): Promise<void>;
}

export async function openReconciling(): Promise<Reconciling> {
  const server = await build();
  await server.prisma.user.createMany({ data: thirtyPeople() });
  let ahead = 0;
  const world: Reconciling = {
    server,
    everybody: 35,
    waits: [],
    duringWait: undefined,
    advance(ms) {
      ahead += ms;
    },
    create: (recheck, perSecond = 10) =>
      createReconcile({
        database: server.database,
        recheck,
        perSecond,
        now: () => Date.now() + ahead,
        logger: server.app.log,
        async wait(ms) {
          world.waits.push(ms);
          await world.duringWait?.();
        },
      }),
    runs: () => server.prisma.reconcileRun.findMany({ orderBy: { startedAt: 'asc' } }),
    async reset() {
      await server.prisma.reconcileRun.deleteMany();
      await server.prisma.user.updateMany({ data: { leftAt: null } });
      server.emulator.control.reset();
      ahead = 0;
      world.waits = [];
      world.duringWait = undefined;
    },
  };
  return world;
}

/** `person0` to `person29`, known to the platform as `p0` to `p29`. */
export const thirtyPeople = () =>
  Array.from({ length: 30 }, (_, at) => ({
    username: `person${at}`,
    name: `第${at}人`,
    dingUserId: `p${at}`,
  }));

export const known: Recheck = async () => 'member';

/** A platform with the given answers, and the people of its calls so far. */
export function recorder(answer: (user: CheckedUser) => Awaited<ReturnType<Recheck>> = () => 'member') {
  const seen: string[] = [];
  const recheck: Recheck = async (user) => {
    seen.push(user.id);
    return answer(user);
  };
  return { seen, recheck };
}
