import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { isPlatformId } from '../contract/constants.ts';
import type { PrismaClient } from '../database/database.ts';
import { enqueue } from '../messages/outbox.ts';
import { type CertificateReport, localDay } from './report.ts';

/** Days left at which administrators are notified, the most urgent first. */
const alertDays = [1, 7, 14, 30] as const;

/** The key of an alert. It contains the certificate's fingerprint, so a replaced certificate has its own alerts. */
const keyOf = ({ fingerprint }: CertificateReport, days: number) =>
  `certificate:${fingerprint.slice(0, 32)}:${days}`;

type AlertResult =
  /** Too early, or already sent by any instance. */
  | { alert: 'none' }
  /** Written to the outbox, for `administrators` people. */
  | { alert: 'sent'; days: number; administrators: number }
  /** An alert is due, but no administrator has bound an account. */
  | { alert: 'nobody'; days: number };

/**
 * Notifies the administrators that the certificate is about to expire: once for each threshold, over all instances and
 * restarts, because the outbox accepts each key once. After a standstill of the server only the most urgent passed
 * threshold is notified, and no milder one later.
 *
 * @param now epoch milliseconds.
 */
async function alertAdministrators(
  prisma: PrismaClient,
  report: CertificateReport,
  now: number,
): Promise<AlertResult> {
  const days = alertDays.find((threshold) => report.daysLeft <= threshold);
  if (days === undefined) return { alert: 'none' };
  const asUrgent = alertDays.filter((threshold) => threshold <= days);
  return prisma.$transaction(async (tx) => {
    const told = await tx.outboxMessage.count({
      where: { dedupKey: { in: asUrgent.map((threshold) => `${keyOf(report, threshold)}#1`) } },
    });
    if (told > 0) return { alert: 'none' } as const;
    const administrators = await tx.user.findMany({
      where: { role: 'ADMIN', status: 'ACTIVE', leftAt: null, dingUserId: { not: null } },
      select: { dingUserId: true },
    });
    const receivers = administrators.flatMap(({ dingUserId }) => dingUserId ?? []).filter(isPlatformId);
    if (receivers.length === 0) return { alert: 'nobody', days } as const;
    const content = { type: 'text' as const, text: wording(report) };
    const { rows } = await enqueue(
      tx,
      { key: keyOf(report, days), kind: 'WORK_NOTIFICATION', receivers, content },
      now,
    );
    // Another instance was faster.
    if (rows === 0) return { alert: 'none' } as const;
    return { alert: 'sent', days, administrators: receivers.length } as const;
  });
}

function wording({ host, daysLeft, validTo }: CertificateReport): string {
  const end = localDay(validTo);
  return daysLeft < 0
    ? `【证书已过期】${host} 的 HTTPS 证书已于 ${end} 过期，钉钉会拦截，应用打不开。请马上更换证书。`
    : `【证书快到期】${host} 的 HTTPS 证书还有 ${daysLeft} 天到期（${end}）。过期后钉钉会拦截，应用打不开。请尽快申请新证书，换到每一台网关上。`;
}

/** Notifies the administrators before the app's certificate expires. */
export const certificateAlerts = fp(
  async (app: FastifyInstance) => {
    const { prisma, log } = app;
    app.onCertificate(async (report) => {
      try {
        const told = await alertAdministrators(prisma, report, app.clock.now());
        if (told.alert === 'sent') {
          log.info(told, 'administrators are told that the certificate expires');
          app.outbox.wake();
        } else if (told.alert === 'nobody') {
          log.error(told, 'the certificate expires, and no bound administrator can be told');
        }
      } catch (err) {
        // Nothing was written: the next check tries again.
        log.error({ err }, 'the certificate expires, but the alert could not be written');
      }
    });
  },
  { name: 'certificate-alerts', dependencies: ['certificate', 'outbox'] },
);
