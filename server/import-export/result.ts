import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import type { Sealing } from '../database/sealing.ts';
import { batches } from './batches.ts';
import type { PlannedRow } from './plan.ts';
import { describeChanges } from './preview.ts';
import type { Table } from './xlsx-write.ts';

/** The result of one row as it is stored. */
type ResultLine = [row: number, username: string, name: string, outcome: string, changed: string];

const outcomes: Readonly<Record<PlannedRow['kind'], string>> = {
  created: '新增',
  changed: '更新',
  unchanged: '无变化',
};

/** As JSON for the job's row. */
export function resultLines(rows: readonly PlannedRow[]): string {
  const lines = rows.map((one): ResultLine => {
    const changes =
      one.kind === 'changed' ? describeChanges(one.before, one.after).map(({ field }) => field) : [];
    return [one.row, one.username, one.after.name, outcomes[one.kind], changes.join('、')];
  });
  return JSON.stringify(lines);
}

const contextOf = (jobId: string) => `import passwords ${jobId}`;

/** Null without any. */
export function sealPasswords(
  sealing: Sealing,
  jobId: string,
  generated: ReadonlyMap<number, string>,
): string | null {
  if (generated.size === 0) return null;
  return sealing.seal(JSON.stringify([...generated]), contextOf(jobId));
}

export interface ResultFile {
  table: Omit<Table, 'name'>;
  /** To be called with whether the file was delivered; then its passwords are deleted. */
  handedOver(whole: boolean): Promise<void>;
}

const head = ['行号', '用户名', '姓名', '结果', '改动的内容'];

/**
 * The result of an import; for the administrator who started it, the first time with the generated passwords. They are
 * deleted after the delivery, and kept if the download was interrupted.
 *
 * @returns null if there is no result, or not any more.
 */
export async function takeResult(
  prisma: PrismaClient,
  sealing: Sealing,
  jobId: string,
  asking: { id: string; address: string },
): Promise<ResultFile | null> {
  const job = await prisma.importJob.findUnique({ where: { id: jobId }, select: { result: true } });
  if (job === null || job.result === null) return null;
  const lines = job.result as unknown as ResultLine[];
  // A claim of a dead process expires.
  const [claimed] = await prisma.$queryRaw<{ passwords: string }[]>`
    UPDATE import_jobs SET claimed_at = now()
    WHERE id = ${jobId}::uuid AND actor_id = ${asking.id}::uuid AND passwords IS NOT NULL
      AND (claimed_at IS NULL OR claimed_at < now() - interval '1 minute')
    RETURNING passwords`;
  const opened = claimed === undefined ? null : sealing.open(claimed.passwords, contextOf(jobId));
  if (opened === null) return { table: { head, batches: batches(lines) }, async handedOver() {} };
  const passwords = new Map(JSON.parse(opened) as [number, string][]);
  return {
    table: {
      head: [...head, '初始密码'],
      batches: batches(lines.map((line) => [...line, passwords.get(line[0]) ?? null])),
    },
    async handedOver(whole) {
      if (!whole) {
        await prisma.importJob.updateMany({ where: { id: jobId }, data: { claimedAt: null } });
        return;
      }
      await prisma.$transaction(async (tx) => {
        await tx.importJob.updateMany({ where: { id: jobId }, data: { passwords: null, claimedAt: null } });
        const event = {
          action: 'import.passwords-read',
          actorId: asking.id,
          subject: `import:${jobId}`,
          detail: { passwords: passwords.size },
        } as const;
        await recordAudit(tx, event, asking.address);
      });
    },
  };
}
