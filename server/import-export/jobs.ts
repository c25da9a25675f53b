import type { ImportJobView, ImportPhase, ImportStatusName } from '../contract/import-export.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { type ImportJob, type ImportStatus, Prisma } from '../database/generated/client.ts';

/** Why nothing was written. */
export type ImportFailure = 'STOPPED' | 'CHANGED_MEANWHILE' | 'NOT_ALLOWED' | 'FAULT';

const failureTexts: Readonly<Record<ImportFailure, string>> = {
  STOPPED: '导入中断了：服务停止或重启过。没有写入任何内容，请重新选择文件导入。',
  CHANGED_MEANWHILE:
    '导入期间有人改动了文件里的人员。为了不覆盖别人的改动，没有写入任何内容，请重新选择文件预览。',
  NOT_ALLOWED: '导入期间，发起人的管理员角色被撤掉或账号被停用了。没有写入任何内容。',
  FAULT: '服务出现异常，没有写入任何内容，请稍后重新导入。再次失败时，请把时间告诉运维人员。',
};

/**
 * A running import writes its progress every second; after this long without it, its process counts as dead. In
 * milliseconds.
 */
const deadAfter = '30 seconds';

const statusNames: Readonly<Record<ImportStatus, ImportStatusName>> = {
  RUNNING: 'running',
  DONE: 'done',
  BROKEN: 'broken',
};

/** The table of imports, with their progress and results. */
export function createImportJobs(prisma: PrismaClient) {
  /**
   * Marks running imports whose process has died as broken.
   *
   * @param all also an import that wrote its progress a moment ago.
   */
  async function buryDead({ all }: { all: boolean }): Promise<void> {
    await prisma.$executeRaw`
      UPDATE import_jobs SET status = 'BROKEN', failure = 'STOPPED', finished_at = now()
      WHERE status = 'RUNNING' AND (${all} OR seen_at < now() - ${deadAfter}::interval)`;
  }

  async function view(jobs: readonly ShownJob[], asking: string): Promise<ImportJobView[]> {
    const people = await prisma.user.findMany({
      where: { id: { in: jobs.map(({ actorId }) => actorId) } },
      select: { id: true, name: true },
    });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return jobs.map((job) => ({
      id: job.id,
      status: statusNames[job.status],
      by: names.get(job.actorId) ?? null,
      startedAt: job.startedAt.toISOString(),
      finishedAt: job.finishedAt?.toISOString() ?? null,
      rows: job.rows,
      created: job.created,
      changed: job.changed,
      unchanged: job.unchanged,
      phase: job.phase as ImportPhase,
      done: job.done,
      total: job.total,
      failure: job.failure === null ? null : failureTexts[job.failure as ImportFailure],
      result: !job.hasResult
        ? 'none'
        : job.hasPasswords && job.actorId === asking
          ? 'with-passwords'
          : 'without-passwords',
    }));
  }

  return {
    buryDead,

    /**
     * @param asking the id of the asking administrator: generated passwords are only for the one who started the
     * import.
     */
    async find(id: string, asking: string): Promise<ImportJobView | null> {
      await buryDead({ all: false });
      const jobs = await prisma.$queryRaw<ShownJob[]>`
        SELECT ${shownColumns} FROM import_jobs WHERE id = ${id}::uuid`;
      return (await view(jobs, asking))[0] ?? null;
    },

    async latest(asking: string): Promise<ImportJobView[]> {
      await buryDead({ all: false });
      const jobs = await prisma.$queryRaw<ShownJob[]>`
        SELECT ${shownColumns} FROM import_jobs ORDER BY started_at DESC, id DESC LIMIT 10`;
      return view(jobs, asking);
    },

    /** @returns false if the job is no longer running, because it was declared dead. */
    async tellProgress(id: string, phase: ImportPhase, done: number, total: number): Promise<boolean> {
      const count = await prisma.$executeRaw`
        UPDATE import_jobs SET seen_at = now(), phase = ${phase}, done = ${done}, total = ${total}
        WHERE id = ${id}::uuid AND status = 'RUNNING'`;
      return count === 1;
    },

    async fail(id: string, failure: ImportFailure): Promise<void> {
      await prisma.$executeRaw`
        UPDATE import_jobs SET status = 'BROKEN', failure = ${failure}, finished_at = now()
        WHERE id = ${id}::uuid AND status = 'RUNNING'`;
    },

    /**
     * Marks the job as done, in the transaction that writes the people.
     *
     * @returns false if the job is no longer running.
     */
    async finish(
      tx: Transaction,
      id: string,
      result: { lines: string; passwords: string | null },
    ): Promise<boolean> {
      const count = await tx.$executeRaw`
        UPDATE import_jobs SET status = 'DONE', finished_at = now(), seen_at = now(), done = total,
          result = ${result.lines}::jsonb, passwords = ${result.passwords}::text
        WHERE id = ${id}::uuid AND status = 'RUNNING'`;
      return count === 1;
    },

    /** Deletes generated passwords after a day, and results after a month. */
    async sweep(): Promise<void> {
      await prisma.$executeRaw`
        UPDATE import_jobs SET passwords = NULL, claimed_at = NULL
        WHERE passwords IS NOT NULL AND finished_at < now() - interval '24 hours'`;
      await prisma.$executeRaw`
        UPDATE import_jobs SET result = NULL
        WHERE result IS NOT NULL AND finished_at < now() - interval '30 days'`;
    },
  };
}

export type ImportJobs = ReturnType<typeof createImportJobs>;

type ShownJob = Omit<ImportJob, 'result' | 'passwords'> & { hasResult: boolean; hasPasswords: boolean };

const shownColumns = Prisma.raw(`id, actor_id AS "actorId", status::text, started_at AS "startedAt",
  finished_at AS "finishedAt", rows, created, changed, unchanged, phase, done, total, failure,
  result IS NOT NULL AS "hasResult", passwords IS NOT NULL AS "hasPasswords"`);
