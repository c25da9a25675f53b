import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import { whileAlone } from '../jobs/run-lock.ts';
import { recordAudit } from './audit.ts';

const everyMs = 3_600_000;
/** Rows of one statement: few, because sign-ins write to this table too. */
const batch = 5000;

/**
 * Deletes entries older than a number of days by the database's clock, on one instance at a time, and writes an entry
 * about it.
 *
 * @returns the number of deleted rows; null if another process is deleting.
 */
export async function purgeAuditLog(
  database: Database,
  retentionDays: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<number | null> {
  const { prisma } = database;
  const ran = await whileAlone(database, 'audit:purge', async (lock) => {
    // Read once, so that the entry can name the time.
    const [row] = await prisma.$queryRaw<{ before: Date }[]>`
      SELECT now() - make_interval(days => ${retentionDays}::int) AS before`;
    if (row === undefined) return 0;
    const { before } = row;
    let rows = 0;
    for (let count = batch; count === batch && !signal.aborted; ) {
      await lock.check();
      count = await prisma.$executeRaw`
        DELETE FROM audit_log WHERE id IN
          (SELECT id FROM audit_log WHERE at < ${before} ORDER BY at, id LIMIT ${batch})`;
      rows += count;
    }
    if (rows > 0) {
      const detail = { rows, before: before.toISOString() };
      const event = { action: 'audit.purged', actorId: null, subject: 'audit', detail } as const;
      await recordAudit(prisma, event, null);
    }
    return rows;
  });
  return ran?.result ?? null;
}

/** Purges the audit log every hour, for as long as the server runs. */
export function keepRetention({ config, database, jobs, log }: FastifyInstance): void {
  const { auditRetentionDays: retentionDays } = config;
  jobs.every(
    'audit-retention',
    everyMs,
    async (signal) => {
      const rows = await purgeAuditLog(database, retentionDays, signal);
      if (rows !== null && rows > 0) log.info({ rows, retentionDays }, 'old audit entries deleted');
    },
    { title: '清理过期的审计日志' },
  );
}
