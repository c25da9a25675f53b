import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { CertificateConfig } from '../config/certificate.ts';
import type { PrismaClient } from '../database/database.ts';
import { alertAdministrators } from './alerts.ts';
import { inspectGateways } from './gateways.ts';
import type { CertificateReport } from './report.ts';

/** What an administrator sees of the app's certificate. */
export interface CertificateStatus {
  host: string;
  /** Whole days left, below 0 once it has expired; null where it could never be read. */
  daysLeft: number | null;
  /** ISO 8601, UTC; null where it could never be read. */
  validTo: string | null;
  /** Chinese, worst first; empty: nothing is wrong. */
  problems: string[];
  /** When it was last looked at, successfully or not. ISO 8601, UTC. */
  checkedAt: string;
}

export interface CertificateWatch {
  /**
   * Looks once, and tells the administrators where it is time to. Never rejects.
   *
   * @param signal aborted: breaks off, and changes nothing.
   */
  look(signal: AbortSignal): Promise<void>;
  status(): CertificateStatus | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Null while nothing has been looked at, and where no `PUBLIC_ORIGIN` is set. */
    certificateStatus(): CertificateStatus | null;
    /** Looks at the certificate now; resolves when that is done. Does nothing without a `PUBLIC_ORIGIN`. */
    checkCertificate(): Promise<void>;
  }
}

const hour = 3_600_000;

/** From one look to the next; with up to as much again by chance. */
const everyMs = 4 * hour;

/** A gateway that takes longer does not serve anybody. */
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
      // Counted anew: the certificate that was read days ago has fewer days left by now.
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
      // The next look tells them: nothing was written.
      log.error({ err }, 'the certificate expires, but the alert could not be written');
    }
  }

  return { look, status: () => status };
}

/**
 * Watches the certificate of the app's own address for as long as the server runs. Every instance looks for itself
 * (one handshake in hours costs nothing), so each can show what it saw; that administrators are told once is the
 * outbox's work.
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
