import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Emulator, emulatorEnvironment, people, startEmulator } from '../../scripts/emulator/index.ts';
import { type Config, loadConfig } from '../config/config.ts';
import type { PrismaClient } from '../database/database.ts';
import type { OutboxMessage } from '../database/generated/client.ts';
import { createJobs, type OwnedJobs } from '../jobs/jobs.ts';
import type { Queue, RunningQueue } from '../jobs/queue.ts';
import { enqueue, type NewMessage } from '../messages/outbox.ts';
import { recallQueue } from '../messages/recalls.ts';
import { type OutboxQueueOptions, outboxQueue } from '../messages/sending.ts';
import { createPlatform, memoryTokenStore, type PlatformConfig } from '../platform/index.ts';
import type { Platform, PlatformName } from '../platform/platform.ts';
import type { TokenStore } from '../platform/token-store.ts';
import { createLogger } from '../plugins/logging.ts';
import { createTestDatabase } from './database.ts';

/** 2 January 2026, 9 in the morning in China: far from the end of any day. */
const morning = Date.UTC(2026, 0, 2, 1);

/** The outbox on a fresh database, with the emulator as the platform and one clock for all of them. */
export interface Outbox {
  prisma: PrismaClient;
  /** Its PostgreSQL address; null for the embedded database. */
  databaseUrl: string | null;
  emulator: Emulator;
  now: () => number;
  advance(ms: number): void;
  /** A new driver, as in another process; with a time-out of 10 s by default, because the machine may be busy. */
  connect(more?: Partial<PlatformConfig>, tokenStore?: TokenStore): Platform;
  /** A worker of the outbox, as in another process. Not started. */
  worker(more?: Partial<OutboxQueueOptions>): RunningQueue & Pick<OwnedJobs, 'start' | 'stop'>;
  /** The same for recalls. */
  recalls(): RunningQueue & Pick<OwnedJobs, 'start' | 'stop'>;
  /** Puts a message into the outbox: to `zhangsan`, of the given key. */
  add(key: string, more?: Partial<NewMessage>): Promise<void>;
  /** The rows, in the order of their keys. */
  rows(): Promise<OutboxMessage[]>;
  /** The only row. */
  row(): Promise<OutboxMessage>;
  /** How often each receiver got a message of this text. */
  received(text: string): Record<string, number>;
  /** The log lines of the workers, without measured numbers, which may have any digits. */
  logs(): Record<string, unknown>[];
  /** Ends jobs and drivers, empties the outbox, resets emulator and clock. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** A person's id at the platform, by key. */
export function idOf(key: string): string {
  const person = people.find((one) => one.key === key);
  if (person === undefined) throw new Error(`nobody is called ${key}`);
  return person.id;
}

export async function openOutbox(name: PlatformName): Promise<Outbox> {
  let time = morning;
  /** 浙政钉 refuses a repeated nonce, and nonces contain the time: drivers never get the same time twice. */
  let ticks = 0;
  const now = () => time;
  const emulator = await startEmulator({ now });
  const database = await createTestDatabase();
  const { prisma } = database;
  const processes: OwnedJobs[] = [];
  const platforms: Platform[] = [];
  const lines: string[] = [];
  const config = configOf(name, emulator.url);
  const log = createLogger(
    { logLevel: 'debug' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );

  function working<Row>(queue: Queue<Row>): RunningQueue & OwnedJobs {
    const jobs = createJobs(log);
    processes.push(jobs);
    return { ...jobs, ...jobs.queue(queue) };
  }

  async function end(): Promise<void> {
    await Promise.all(processes.splice(0).map((jobs) => jobs.stop()));
    await Promise.all(platforms.splice(0).map((platform) => platform.close()));
  }

  const outbox: Outbox = {
    prisma,
    databaseUrl: database.url,
    emulator,
    now,
    advance(ms) {
      time += ms;
    },
    connect(more, tokenStore = memoryTokenStore()) {
      const platform = createPlatform({ ...config, timeoutMs: 10_000, ...more } as PlatformConfig, {
        tokenStore,
        now: () => time + (ticks++ % 1000),
        // Circuits open and close by the test's clock too.
        clock: { now, sleep: (ms) => delay(ms) },
      });
      platforms.push(platform);
      return platform;
    },
    worker(more = {}) {
      const platform = more.platform ?? outbox.connect();
      return working(outboxQueue({ prisma, platform, now, log, ...more }));
    },
    recalls: () => working(recallQueue({ prisma, platform: outbox.connect(), now, log })),
    async add(key, more) {
      const message: NewMessage = {
        key,
        kind: 'WORK_NOTIFICATION',
        receivers: [idOf('zhangsan')],
        content: { type: 'text', text: '请查收' },
        ...more,
      } as NewMessage;
      await enqueue(prisma, message, time);
    },
    rows: () => prisma.outboxMessage.findMany({ orderBy: { dedupKey: 'asc' } }),
    async row() {
      const [row, ...others] = await outbox.rows();
      if (row === undefined || others.length > 0) throw new Error(`${others.length + (row ? 1 : 0)} rows`);
      return row;
    },
    received(text) {
      const counts: Record<string, number> = {};
      for (const message of emulator.control.messages()) {
        if (!JSON.stringify(message.content).includes(text)) continue;
        for (const id of message.receivers) {
          if (!message.undelivered.includes(id)) counts[id] = (counts[id] ?? 0) + 1;
        }
      }
      return counts;
    },
    logs: () =>
      lines.map((line) => {
        const { time: _time, pid: _pid, durationMs: _durationMs, ...said } = JSON.parse(line);
        return said;
      }),
    async reset() {
      await end();
      await prisma.outboxMessage.deleteMany();
      emulator.control.reset();
      lines.length = 0;
      time = morning;
    },
    async close() {
      await end();
      await database.close();
      await emulator.close();
    },
  };
  return outbox;
}

function configOf(name: PlatformName, url: string): Config['platform'] {
  const environment = { ...emulatorEnvironment(name, url), PLATFORM_CALLS_PER_SECOND: '100000' };
  return loadConfig({ NODE_ENV: 'test', ...environment }).platform;
}
