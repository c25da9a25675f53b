import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import pLimit from 'p-limit';
import { recordAudit } from '../audit/audit.ts';
import type { Accounts } from '../auth/index.ts';
import { isUniqueViolation } from '../auth/matching.ts';
import type { SessionUser } from '../contract/auth.ts';
import type { ImportPhase, ImportPreview, ImportStart } from '../contract/import-export.ts';
import type { Database } from '../database/database.ts';
import type { Sealing } from '../database/sealing.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { repeat } from '../jobs/repeat.ts';
import { type HeldLock, whileAlone } from '../jobs/run-lock.ts';
import { holdAdministrators } from '../people/changing.ts';
import { AppError } from '../plugins/errors.ts';
import { hashInitialPasswords, initialPasswordDays } from './initial-passwords.ts';
import { createImportJobs, type ImportFailure, type ImportJobs } from './jobs.ts';
import type { ImportOptions, Plan } from './plan.ts';
import { countsOf, lookAt } from './preview.ts';
import { createReader } from './reader.ts';
import { resultLines, sealPasswords } from './result.ts';
import type { UploadedFile } from './upload.ts';
import { PlanOutdated, writePlan } from './write.ts';

export interface ImportRequest {
  /** Empty after the check. */
  file: UploadedFile;
  options: ImportOptions;
  actor: SessionUser;
  address: string;
}

export interface Imports {
  jobs: ImportJobs;
  preview(request: ImportRequest): Promise<ImportPreview>;
  /** @param token the preview's token: an import makes exactly the previewed changes, or none. */
  start(request: ImportRequest & { token: string }): Promise<ImportStart>;
  /** Ends the thread that reads files. */
  close(): Promise<void>;
}

/** Time limit of the transaction, in milliseconds. */
const transactionMs = 300_000;
const tellEveryMs = 1000;
/** How long to wait for an import that has ended to release the lock. */
const patience = { attempts: 20, waitMs: 100 };
/** The advisory lock of all instances. */
export const importLock = 'people:import';

/** Errors that the import's transaction throws itself. */
class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
  readonly failure: ImportFailure;
  constructor(failure: ImportFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** A running import. */
interface Run {
  jobId: string;
  plan: Plan;
  fileHash: string;
  request: ImportRequest;
}

/** Imports of people: one at a time on a database, in one transaction. */
export function createImports(deps: {
  database: Database;
  accounts: Accounts;
  sealing: Sealing;
  /** A stop of the server aborts a running import, and waits for its end. */
  jobs: Pick<Jobs, 'run'>;
  logger: FastifyBaseLogger;
  now: () => number;
}): Imports {
  const { database, accounts, sealing, logger, now } = deps;
  const { prisma } = database;
  const jobs = createImportJobs(prisma);
  const reader = createReader();

  /** Checks one file at a time: a large one takes a second. */
  const inTurn = pLimit(1);
  const look = ({ file, options, actor }: ImportRequest) => {
    const { passwords, credentials } = accounts;
    const context = { options, actor, passwords, keepsPasswords: credentials.keepsPasswords };
    return inTurn(async () => lookAt(prisma, await reader.read(file), context));
  };

  async function open(plan: Plan, fileHash: string, actorId: string): Promise<string> {
    // This process holds the lock: the process of any import that is still marked as running has died.
    await jobs.buryDead({ all: true });
    await jobs.sweep();
    const counts = { rows: plan.rows.length, ...countsOf(plan.rows) };
    const job = await prisma.importJob.create({ data: { actorId, fileHash, ...counts } });
    return job.id;
  }

  async function work(
    { jobId, plan, fileHash, request: { actor, address } }: Run,
    lock: HeldLock,
    stopping: AbortSignal,
  ): Promise<void> {
    const created = plan.rows.filter((one) => one.kind === 'created');
    let phase: ImportPhase = 'passwords';
    let done = 0;
    let total = created.filter(({ password }) => password !== null).length;
    const lost = new AbortController();
    const over = new AbortController();
    const signal = AbortSignal.any([stopping, lost.signal]);
    const tell = async () => {
      if (!(await jobs.tellProgress(jobId, phase, done, total))) lost.abort();
      await lock.check();
    };
    // A failure is only logged: the process that runs the job writes its end.
    const telling = repeat({
      name: 'import-progress',
      intervalMs: tellEveryMs,
      // The transaction that writes has the embedded database's only connection.
      work: async () => (database.kind === 'embedded' && phase === 'writing') || tell(),
      signal: over.signal,
      log: logger,
    });
    telling.start(false);
    try {
      await tell();
      const { hashes, generated } = await hashInitialPasswords(plan.rows, accounts.passwords, {
        signal,
        onProgress: () => {
          done += 1;
        },
      });
      const counts = countsOf(plan.rows);
      [phase, done, total] = ['writing', 0, counts.created + counts.changed];
      await tell();
      const at = new Date(now());
      // A change that may take an administrator away locks all administrators first, in the order of their ids (see
      // changePerson). An import that changes an administrator does the same before it locks anybody else. Any other
      // import locks them last: administrators cannot sign in from then to the end of the transaction.
      const changesAdministrators = plan.rows.some(
        (one) => one.kind === 'changed' && one.before.role === 'ADMIN',
      );
      const changedIds = await prisma.$transaction(
        async (tx) => {
          done = 0;
          if (changesAdministrators) await holdAdministrators(tx, actor.id);
          const ids = await writePlan(tx, plan.rows, {
            jobId,
            actorId: actor.id,
            address,
            at,
            hashes,
            passwordsExpireAt: new Date(at.getTime() + initialPasswordDays * 24 * 3_600_000),
            onProgress(rows) {
              done += rows;
              signal.throwIfAborted();
            },
          });
          const detail = { fileHash, rows: plan.rows.length, ...counts, passwords: hashes.size };
          const event = {
            action: 'people.imported',
            actorId: actor.id,
            subject: `import:${jobId}`,
            detail,
          } as const;
          await recordAudit(tx, event, address);
          const passwords = sealPasswords(sealing, jobId, generated);
          const result = { lines: resultLines(plan.rows), passwords };
          if (!changesAdministrators) await holdAdministrators(tx, actor.id);
          await lock.check();
          if (!(await jobs.finish(tx, jobId, result))) throw new ImportRefused('STOPPED');
          return ids;
        },
        { timeout: transactionMs, maxWait: 30_000 },
      );
      for (const id of changedIds) accounts.sessions.forgetAll(id);
    } catch (error) {
      const failure = signal.aborted ? 'STOPPED' : failureOf(error);
      if (failure === 'FAULT') logger.error({ err: error, jobId }, 'import failed');
      else logger.warn({ jobId, failure }, 'import broken off');
      // Without the database the job is marked as dead later.
      await jobs.fail(jobId, failure).catch(() => {});
    } finally {
      over.abort();
      await telling.ended();
    }
  }

  /** @returns the job's id when it runs; null if another import is running. */
  function begin(plan: Plan, request: ImportRequest, fileHash: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      deps.jobs
        .run('import', async (stopping) => {
          const ran = await whileAlone(database, importLock, async (lock) => {
            const jobId = await open(plan, fileHash, request.actor.id);
            resolve(jobId);
            await work({ jobId, plan, fileHash, request }, lock, stopping);
          });
          if (ran === null) resolve(null);
        })
        // After `resolve` this has no effect: the lock's connection was lost, and `work` has ended.
        .catch(reject);
    });
  }

  return {
    jobs,
    close: reader.close,
    async preview(request) {
      return (await look(request)).preview;
    },
    async start(request) {
      const { preview, planned } = await look(request);
      if (planned === null || preview.token !== request.token) {
        return { outcome: 'changed-meanwhile', preview };
      }
      const { plan, fileHash } = planned;
      for (let attempt = 1; ; attempt += 1) {
        const jobId = await begin(plan, request, fileHash);
        if (jobId !== null) return { outcome: 'started', jobId };
        const other = (await jobs.latest(request.actor.id)).find(({ status }) => status === 'running');
        if (other !== undefined || attempt === patience.attempts) {
          return { outcome: 'busy', by: other?.by ?? null, since: other?.startedAt ?? null };
        }
        // The previous import has ended and is about to release the lock.
        await delay(patience.waitMs);
      }
    },
  };
}

function failureOf(error: unknown): ImportFailure {
  if (error instanceof ImportRefused) return error.failure;
  if (error instanceof AppError && error.code === 'FORBIDDEN') return 'NOT_ALLOWED';
  if (error instanceof PlanOutdated || isUniqueViolation(error) || sqlStateOf(error) === '23505') {
    return 'CHANGED_MEANWHILE';
  }
  return 'FAULT';
}

/** PostgreSQL's code of a failed raw statement. */
function sqlStateOf(error: unknown): string | null {
  const meta = (
    error as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } }
  ).meta;
  const code = meta?.driverAdapterError?.cause?.originalCode ?? meta?.code;
  return typeof code === 'string' ? code : null;
}
