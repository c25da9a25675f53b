import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ParsedRow } from './parse.ts';
import type { ReadFile } from './reading.ts';
import type { FromWorker, ToWorker } from './reading-worker.ts';
import type { UploadedFile } from './upload.ts';

/** Reads files of people in a separate thread, so that no file can block requests or use much memory. */
export interface Reader {
  /** Reads one file at a time; its memory moves to the thread. @throws Error for a fault of the reader itself. */
  read(file: UploadedFile): Promise<ReadFile>;
  close(): Promise<void>;
}

/** Far above the needs of the largest good file: 30,000 rows are read in 2 s with 40 MB. */
const limits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };
const longestMs = 60_000;
/** After this long without a file the thread ends and frees its memory, in milliseconds. */
const idleMs = 60_000;

const tooMuch: ReadFile = {
  problem: '文件里的内容太多或太复杂，读不完。请只保留要导入的列和人员，另存为新文件再选择。',
};

const own = import.meta.url;
const threadUrl = new URL(`./reading-worker${path.extname(own)}`, own);

function startThread(): Worker {
  if (!own.endsWith('.ts')) return new Worker(threadUrl, { execArgv: [], resourceLimits: limits });
  // For the sources: in Node.js 20 a thread gets no loader from its options.
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${threadUrl.href}'); })`;
  return new Worker(code, { eval: true, execArgv: [], resourceLimits: limits });
}

/** Who waits for a file. */
interface Waiting {
  rows: ParsedRow[];
  resolve(read: ReadFile): void;
  reject(error: Error): void;
}

export function createReader(): Reader {
  let thread: Worker | null = null;
  let waiting: Waiting | null = null;
  let idle: NodeJS.Timeout | undefined;

  const tell = (message: ToWorker, handedOver: ArrayBuffer[] = []) =>
    thread?.postMessage(message, handedOver);

  function start(): Worker {
    const started = startThread();
    started.on('message', (message: FromWorker) => {
      if (thread !== started) return;
      if ('rows' in message) {
        waiting?.rows.push(...message.rows);
        void setImmediate().then(() => tell('more'));
      } else if ('problem' in message.read) waiting?.resolve(message.read);
      else {
        const { file, ...read } = message.read;
        waiting?.resolve({ ...read, file: { ...file, rows: waiting.rows } });
      }
    });
    started.on('error', (error: NodeJS.ErrnoException) => {
      if (thread !== started) return;
      thread = null;
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') waiting?.resolve(tooMuch);
      else waiting?.reject(error);
    });
    return started;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ended = thread;
    thread = null;
    waiting?.reject(new Error('the thread that reads files has been ended'));
    await ended?.terminate();
  }

  return {
    async read(file) {
      clearTimeout(idle);
      thread ??= start();
      thread.ref();
      let tooLate: NodeJS.Timeout | undefined;
      try {
        return await new Promise<ReadFile>((resolve, reject) => {
          waiting = { rows: [], resolve, reject };
          tooLate = setTimeout(() => {
            resolve(tooMuch);
            void end();
          }, longestMs);
          tell(
            { file },
            file.map(({ buffer }) => buffer),
          );
        });
      } finally {
        waiting = null;
        clearTimeout(tooLate);
        thread?.unref();
        idle = setTimeout(() => void end(), idleMs).unref();
      }
    },
    close: end,
  };
}
