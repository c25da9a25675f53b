import type { PeopleCounts } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';

/** One count reads the whole table: a fifth of a second at a million people. */
const keptMs = 5 * 60_000;

type Counted = Omit<PeopleCounts, 'takenAt' | 'keptSeconds'>;

/** Counts people, exactly, at most once in five minutes whoever looks; the answer says when. */
export function createPeopleCounts(prisma: PrismaClient, now: () => number): () => Promise<PeopleCounts> {
  let kept: { at: number; counts: Promise<Counted> } | null = null;

  async function count(): Promise<Counted> {
    const [row] = await prisma.$queryRaw<Counted[]>`
      SELECT
        count(*) FILTER (WHERE status = 'ACTIVE' AND left_at IS NULL AND ding_user_id IS NOT NULL)::int AS bound,
        count(*) FILTER (WHERE status = 'ACTIVE' AND left_at IS NULL AND ding_user_id IS NULL)::int AS unbound,
        count(*) FILTER (WHERE status = 'ACTIVE' AND left_at IS NOT NULL)::int AS "left",
        count(*) FILTER (WHERE status = 'DISABLED')::int AS disabled,
        count(*)::int AS total,
        count(*) FILTER (WHERE is_super_executive)::int AS "superExecutives"
      FROM users`;
    if (row === undefined) throw new Error('counting people gave no row');
    return row;
  }

  return async () => {
    if (kept === null || now() - kept.at >= keptMs) {
      const taken = { at: now(), counts: count() };
      kept = taken;
      // A count that failed is made anew by the next look.
      taken.counts.catch(() => {
        if (kept === taken) kept = null;
      });
    }
    const { at, counts } = kept;
    return { takenAt: new Date(at).toISOString(), keptSeconds: keptMs / 1000, ...(await counts) };
  };
}
