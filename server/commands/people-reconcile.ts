import { beijingTime } from '../audit/words.ts';
import { type Config, loadConfig } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { createRecheck } from '../events/recheck.ts';
import { type Beginning, createReconcile, type Progress, type ReconcileResult } from '../events/reconcile.ts';
import type { Platform } from '../platform/platform.ts';
import { createLogger } from '../plugins/logging.ts';
import { type Command, program, type Surroundings, UsageError } from './command.ts';
import { onPlatform } from './on-platform.ts';

/** The time between two lines of progress, in milliseconds. */
const tellEveryMs = 2000;

const usage = `用法：${program} people:reconcile    向平台核对所有已绑定的人，已离开组织的退出登录；可以随时停下`;

/**
 * Asks the platform about every bound person, and signs out the people who have left. Ctrl-C stops after the current
 * people; the next run continues from there.
 */
export const command: Command = {
  usage,
  async run(args, around) {
    if (args.length > 0) throw new UsageError('', usage);
    const config = loadConfig(around.env);
    return onPlatform(config, around, (database, platform) =>
      reconcilePeople(config, database, platform, around),
    );
  },
};

async function reconcilePeople(
  config: Config,
  database: Database,
  platform: Platform,
  around: Surroundings,
): Promise<number> {
  const { print } = around;
  const { perSecond } = config.events.reconcile;
  const recheck = createRecheck({ prisma: database.prisma, platform, now: Date.now });
  const logger = createLogger({ logLevel: 'warn' }, process.stderr);
  const reconcile = createReconcile({ database, recheck, now: Date.now, perSecond, logger });
  print(`正在向平台核对已绑定的人员，每秒最多 ${perSecond} 人。按 Ctrl-C 可停下，下次接着核对。`);
  let toldAt = Number.NEGATIVE_INFINITY;
  const result = await reconcile({
    signal: abortOnSignals(print),
    onBegin: (beginning) => tellBeginning(beginning, print),
    onProgress(progress) {
      if (performance.now() - toldAt < tellEveryMs) return;
      toldAt = performance.now();
      print(`已核对 ${progress.checked} / ${progress.total} 人${found(progress)}`);
    },
  });
  return report(result, around);
}

/** Aborts on the first Ctrl-C; a second one ends the process at once. */
function abortOnSignals(print: Surroundings['print']): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1);
      print('正在停下……');
      stopping.abort();
    });
  }
  return stopping.signal;
}

function tellBeginning(beginning: Beginning, print: Surroundings['print']): void {
  if (beginning.how === 'new') return;
  const when = `上次的核对（${beijingTime(new Date(beginning.startedAt))} 开始）没有做完`;
  if (beginning.how === 'resumed') print(`${when}，接着核对：前面已核对 ${beginning.checked} 人。`);
  else print(`${when}，已经过了太久，当时的结果不能算数：这次从头核对所有人。`);
}

function found({ left, failed }: Progress): string {
  return `，其中 ${left} 人已离开组织${failed === 0 ? '' : `，${failed} 人平台暂时答不上来`}`;
}

/** @returns the process's exit code. */
function report(result: ReconcileResult, { print, complain }: Surroundings): number {
  switch (result.outcome) {
    case 'finished':
      print(`核对完成：共 ${result.checked} 人${found(result)}。`);
      if (result.left > 0) print('已离开的人都已退出登录；审计日志里是 person.left。');
      if (result.failed > 0) {
        print('答不上来的人没有改动，原因见上面的日志；下一次核对会再问。');
      }
      return 0;
    case 'stopped':
      print(`已停下：核对了 ${result.checked} 人${found(result)}。再次运行会接着核对。`);
      return 0;
    case 'broken-off': {
      const { remedy, message } = result.error;
      complain(`平台出错，停在第 ${result.checked} 人：${remedy ?? message}`);
      complain('处理好后再次运行，会接着核对；没有核对到的人没有任何改动。');
      return 1;
    }
    case 'running-elsewhere':
      complain('另一个进程（服务的定时核对，或另一个窗口）正在核对，本次什么也没做。请等它结束。');
      return 1;
    case 'not-due':
      return 0;
  }
}
