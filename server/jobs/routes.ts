import { hostname } from 'node:os';
import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import type { RoleName } from '../contract/auth.ts';
import { faultResponses } from '../contract/errors.ts';
import { type JobRow, type JobRunOutcome, jobRun, jobRunOutcome, jobsPage } from '../contract/operations.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import type { JobStatus } from './jobs.ts';
import { whileAlone } from './run-lock.ts';

const tags = ['管理：后台工作'];

/** Routes for administrators: the list of background jobs, and a run by hand. */
export const jobsRoutes = routes('jobs-routes', ['administrators', 'jobs'], async (app) => {
  app.get(
    '/api/admin/jobs',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] as RoleName[] },
      schema: {
        tags,
        summary: '这一台服务实例的后台工作：上次、下次什么时候运行，失败过没有',
        response: { 200: jobsPage, ...faultResponses },
      },
    },
    async () => ({ items: app.jobs.list().map(shown), instance: `${hostname()} ${process.pid}` }),
  );

  app.post(
    '/api/admin/jobs/run',
    {
      config: { roles: ['ADMIN'] as RoleName[] },
      schema: {
        tags,
        summary: '现在运行一次；别人或别的实例正在这样运行时不再运行',
        body: jobRun,
        response: { 200: jobRunOutcome, ...faultResponses },
      },
    },
    async (request): Promise<JobRunOutcome> => {
      const { id } = request.body;
      const title = app.jobs.list().find(({ name }) => name === id)?.title;
      if (title === undefined) throw new AppError('NOT_FOUND');
      const outcome = await begin(id);
      if (outcome === 'started')
        await recordAudit(
          app.prisma,
          {
            action: 'job.run',
            actorId: signedInUser(request).id,
            subject: `job:${id}`,
            detail: { job: title },
          },
          request.ip,
        );
      return { outcome };
    },
  );

  /** Resolves when the run has begun, or turns out to be running elsewhere. The stop waits for its end. */
  function begin(name: string): Promise<JobRunOutcome['outcome']> {
    return new Promise((resolve, reject) => {
      const run = () =>
        whileAlone(app.database, `job ${name}`, async () => {
          resolve('started');
          await app.jobs.runNow(name);
        });
      app.jobs.run(`${name} by hand`, run).then((ran) => ran ?? resolve('elsewhere'), reject);
    });
  }
});

const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString());

const shown = (status: JobStatus): JobRow => ({
  id: status.name,
  title: status.title,
  everySeconds: status.intervalMs / 1000,
  running: status.running,
  lastStartedAt: instant(status.lastStartedAt),
  lastEndedAt: instant(status.lastEndedAt),
  nextAt: instant(status.nextAt),
  failure: status.failure && {
    at: new Date(status.failure.at).toISOString(),
    what: nameOf(status.failure.error),
    lasts: status.failure.lasts,
  },
});

/** The name and code of an error. Its message may contain data that belongs only in the log. */
function nameOf(error: unknown): string {
  const { name, code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  return [name ?? 'Error', typeof code === 'string' ? code : ''].join(' ').trim();
}
