import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { CertificateConfig } from '../config/certificate.ts';
import { inspectGateways } from './inspect.ts';
import type { CertificateReport } from './report.ts';

/** The app's certificate, for administrators. */
export interface CertificateStatus {
  host: string;
  /** Whole days left, below 0 after its end; null if it could never be read. */
  daysLeft: number | null;
  /** ISO 8601, UTC; null if it could never be read. */
  validTo: string | null;
  /** Chinese, the worst first; empty without problems. */
  problems: string[];
  /** Time of the last check, successful or not. ISO 8601, UTC. */
  checkedAt: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Null before the first check, and without `PUBLIC_ORIGIN`. */
    certificateStatus(): CertificateStatus | null;
    /** Checks the certificate now; resolves when that is done. Does nothing without a `PUBLIC_ORIGIN`. */
    checkCertificate(): Promise<void>;
    /** Calls back after each check that could read the certificate, and waits for it. It must not reject. */
    onCertificate(seen: (report: CertificateReport) => Promise<void>): void;
  }
}

const hour = 3_600_000;

/** The time between two checks of a certificate without problems, in milliseconds. */
const inOrderMs = 4 * hour;

/**
 * The time between two checks while something is wrong, in milliseconds: a repair is seen within a minute. Up to the
 * same time again is added at random.
 */
const everyMs = 30_000;

/** Time-out of one gateway in milliseconds. */
const timeoutMs = 10_000;

/** Shown while no gateway has ever answered: most likely none is set up yet. */
const notDeployed =
  '网关还没有部署好，或者应用服务器连不上它：装好证书、放行端口以后，一分钟内自动变成正常。';

export function createCertificateWatch(options: {
  target: CertificateConfig;
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** Called with a certificate that could be read; must not reject. */
  seen: (report: CertificateReport) => Promise<void>;
  inspect?: typeof inspectGateways;
}) {
  const { target, now, log, inspect = inspectGateways } = options;
  let last: CertificateReport | null = null;
  let status: CertificateStatus | null = null;
  let lookedAt: number | null = null;
  let told = '';

  /** Logs a finding unless it is the same as the last one. */
  function once(key: string, write: () => void): void {
    if (key !== told) write();
    told = key;
  }

  function keep(problems: readonly string[]): void {
    status = {
      host: target.host,
      // The last certificate may have been read days ago.
      daysLeft: last === null ? null : Math.floor((Date.parse(last.validTo) - now()) / (24 * hour)),
      validTo: last?.validTo ?? null,
      problems: [...problems],
      checkedAt: new Date(now()).toISOString(),
    };
  }

  /** Checks the certificate once, and calls `seen`. Never rejects. After an abort it changes nothing. */
  async function look(signal: AbortSignal): Promise<void> {
    const seen = await inspect(target, { timeoutMs, now: now(), signal });
    if (signal.aborted) return;
    const { first, problems, failures } = seen;
    if (first !== null) last = first;
    lookedAt = now();
    keep(failures.length > 0 && last === null ? [notDeployed, ...problems] : problems);
    once([first?.fingerprint, first?.daysLeft, ...problems].join(), () => {
      for (const { address, error } of failures) {
        log.warn({ err: error, host: target.host, address }, 'the certificate could not be looked at');
      }
      if (first === null) return;
      const { daysLeft, validTo } = first;
      log[problems.length === 0 ? 'info' : 'warn'](
        { host: target.host, daysLeft, validTo, problems },
        'certificate',
      );
    });
    if (first !== null) await options.seen(first);
  }

  /** Whether it is time for a check: always while something is wrong. */
  const isDue = () =>
    lookedAt === null || (status?.problems.length ?? 0) > 0 || now() - lookedAt >= inOrderMs;

  /** Makes a check due. */
  const hurry = () => {
    lookedAt = null;
  };

  return { look, isDue, hurry, status: () => status };
}

/**
 * Watches the certificate of the app's own address while the server runs. Every instance checks it (a handshake costs
 * nothing) and shows its own result.
 */
export const certificateWatch = fp(
  async (app: FastifyInstance) => {
    const { certificate: target } = app.config;
    const listeners: ((report: CertificateReport) => Promise<void>)[] = [];
    app.decorate('onCertificate', (seen: (report: CertificateReport) => Promise<void>) => {
      listeners.push(seen);
    });
    if (target === null) {
      app.decorate('certificateStatus', () => null);
      app.decorate('checkCertificate', async () => {});
      return;
    }
    const watch = createCertificateWatch({
      target,
      now: app.clock.now,
      log: app.log,
      async seen(report) {
        for (const listener of listeners) await listener(report);
      },
    });
    const tick = async (signal: AbortSignal) => (watch.isDue() ? watch.look(signal) : null);
    const looks = app.jobs.every('certificate', everyMs, tick, {
      atOnce: true,
      jitter: 1,
      title: '检查应用域名的证书',
    });
    app.decorate('certificateStatus', watch.status);
    app.decorate('checkCertificate', () => {
      watch.hurry();
      return looks.run();
    });
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
  { name: 'certificate', dependencies: ['jobs', 'metrics'] },
);
