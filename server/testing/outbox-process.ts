/**
 * A process of its own that sends the outbox until it is killed: `outbox-process.ts <database> <emulator> <time>`,
 * where its clock starts at `time`, in epoch milliseconds.
 */
import { emulatedApps } from '../../scripts/emulator/index.ts';
import { openDatabase } from '../database/database.ts';
import { createJobs } from '../jobs/jobs.ts';
import { outboxQueue } from '../messages/sending.ts';
import { createPlatform, memoryTokenStore } from '../platform/index.ts';
import { createLogger } from '../plugins/logging.ts';

const [url = '', emulator = '', time = ''] = process.argv.slice(2);
const started = Date.now();
const database = await openDatabase({ url, dataDir: '', poolSize: 5, timeoutMs: 10_000 });
const log = createLogger({ logLevel: 'silent' });
const jobs = createJobs(log);
jobs.queue(
  outboxQueue({
    prisma: database.prisma,
    platform: createPlatform(
      {
        name: 'dingtalk',
        ...emulatedApps.dingtalk,
        apiUrl: emulator,
        oapiUrl: emulator,
        readMobile: false,
        timeoutMs: 20_000,
      },
      { tokenStore: memoryTokenStore() },
    ),
    now: () => Number(time) + Date.now() - started,
    log,
    pollMs: 50,
  }),
);
jobs.start();
// Jobs alone keep no process alive.
setInterval(() => {}, 1000);
