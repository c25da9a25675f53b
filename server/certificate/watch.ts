import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { CertificateConfig } from '../config/certificate.ts';
import type { PrismaClient } from '../database/database.ts';
import { enqueue } from '../messages/outbox.ts';
import { inspectGateways } from './inspect.ts';
import { type CertificateReport, localDay } from './report.ts';

/** What an administrator sees of the app's certificate. */
export interface CertificateStatus {
  host: string;
  /** Whole days left, below 0 once it has expired; null where it could never be read. */
  daysLeft: number | null;
  /** ISO 8601, UTC; null where it could never be read. */
  validTo: string | null;
  /** Chinese, worst first; empty when all is well. */
  problems: string[];
  /** Time of the last check, successful or not. ISO 8601, UTC. */
  checkedAt: string;
}

export interface CertificateWatch {
  /**
   * Checks the certificate once, and tells the administrators when it is time to. Never rejects.
   *
   * @param signal ends the check, which then changes nothing.
   */
  look(signal: AbortSignal): Promise<void>;
  status(): CertificateStatus | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Null before the first check, and where no `PUBLIC_ORIGIN` is set. */
    certificateStatus(): CertificateStatus | null;
    /** Checks the certificate now; resolves when that is done. Does nothing without a `PUBLIC_ORIGIN`. */
    checkCertificate(): Promise<void>;
  }
}

const hour = 3_600_000;

/** Pause between two checks, in milliseconds; a random part of as much again is added. */
const everyMs = 4 * hour;

/** Time-out of one gateway in milliseconds. */
const timeoutMs = 10_000;

export function createCertificateWatch(options: {
  prisma: PrismaClient;
  target: CertificateConfig;
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  /** Called after an alert was written to the outbox. */
  wake: () => void;
}): CertificateWatch {
  const { prisma, target, now, log, wake } = options;
  let last: CertificateReport | null = null;
  let status: CertificateStatus | null = null;

  function keep(problems: readonly string[]): void {
    status = {
      host: target.host,
      // Counted anew: a certificate that was read days ago has fewer days left now.
      daysLeft: last === null ? null : Math.floor((Date.parse(last.validTo) - now()) / (24 * hour)),
      validTo: last?.validTo ?? null,
      problems: [...problems],
      checkedAt: new Date(now()).toISOString(),
    };
  }

  async function look(signal: AbortSignal): Promise<void> {
    const seen = await inspectGateways(target, { timeoutMs, now: now(), signal });
    if (signal.aborted) return;
    for (const { address, error } of seen.failures) {
      log.warn({ err: error, host: target.host, address }, 'the certificate could not be looked at');
    }
    if (seen.first !== null) last = seen.first;
    keep(seen.problems);
    if (seen.first === null) return;
    const { daysLeft, validTo } = seen.first;
    const { problems } = seen;
    log[problems.length === 0 ? 'info' : 'warn'](
      { host: target.host, daysLeft, validTo, problems },
      'certificate',
    );
    try {
      const told = await alertAdministrators(prisma, seen.first, now());
      if (told.alert === 'sent') {
        log.info(told, 'administrators are told that the certificate expires');
        wake();
      } else if (told.alert === 'nobody') {
        log.error(told, 'the certificate expires, and no bound administrator can be told');
      }
    } catch (err) {
      // Nothing was written: the next check tells them.
      log.error({ err }, 'the certificate expires, but the alert could not be written');
    }
  }

  return { look, status: () => status };
}

/** Days left at which administrators are told, the most urgent first. */
const alertDays = [1, 7, 14, 30] as const;

/** The key of one alert about one certificate: a replaced certificate has alerts of its own. */
const keyOf = ({ fingerprint }: CertificateReport, days: number) =>
  `certificate:${fingerprint.slice(0, 32)}:${days}`;

type AlertResult =
  /** Too early, or told already by any instance. */
  | { alert: 'none' }
  /** Written to the outbox, for so many people. */
  | { alert: 'sent'; days: number; administrators: number }
  /** An alert is due, but no administrator has bound an account. */
  | { alert: 'nobody'; days: number };

/**
 * Tells the administrators that the certificate is about to expire: once for each threshold, over all instances and
 * restarts, because the outbox takes each key once. After a standstill of the server only the most urgent of the
 * passed thresholds is told, and no milder one later.
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
    const receivers = administrators.flatMap(({ dingUserId }) => dingUserId ?? []);
    if (receivers.length === 0) return { alert: 'nobody', days } as const;
    const content = { type: 'text' as const, text: wording(report) };
    const written = await enqueue(
      tx,
      { key: keyOf(report, days), kind: 'WORK_NOTIFICATION', receivers, content },
      now,
    );
    // Another instance was a moment faster.
    if (written === 0) return { alert: 'none' } as const;
    return { alert: 'sent', days, administrators: receivers.length } as const;
  });
}

function wording({ host, daysLeft, validTo }: CertificateReport): string {
  const end = localDay(validTo);
  return daysLeft < 0
    ? `【证书已过期】${host} 的 HTTPS 证书已于 ${end} 过期，钉钉会拦截，应用打不开。请马上更换证书。`
    : `【证书快到期】${host} 的 HTTPS 证书还有 ${daysLeft} 天到期（${end}）。过期后钉钉会拦截，应用打不开。请尽快申请新证书，换到每一台网关上。`;
}

/**
 * Watches the certificate of the app's own address while the server runs. Every instance checks it (one handshake in
 * hours costs nothing) and shows its own result; the outbox makes sure that administrators are told once.
 */
export const certificateWatch = fp(
  async (app: FastifyInstance) => {
    const { prisma, log } = app;
    const { certificate: target } = app.config;
    const { now } = app.clock;
    if (target === null) {
      app.decorate('certificateStatus', () => null);
      app.decorate('checkCertificate', async () => {});
      return;
    }
    const wake = () => app.outbox.wake();
    const watch = createCertificateWatch({ prisma, target, now, log, wake });
    const looks = app.jobs.every('certificate', everyMs, watch.look, { atOnce: true, jitter: 1 });
    app.decorate('certificateStatus', watch.status);
    app.decorate('checkCertificate', looks.run);
    app.metrics.gauge({
      name: 'certificate_days_left',
      help: "Days left of the certificate of the app's own address, as last seen; absent while it is not known",
      labelNames: ['host'],
      read: async () => {
        const { host = '', daysLeft = null } = watch.status() ?? {};
        return daysLeft === null ? [] : [{ labels: { host }, value: daysLeft }];
      },
    });
  },
  { name: 'certificate', dependencies: ['jobs', 'metrics', 'outbox'] },
);
