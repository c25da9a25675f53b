/**
 * `npm run loadtest` loads the app and writes the report that a listing asks for; see scripts/docs/loadtest.md. It ends with
 * 0 where the bars are met, with 1 where they are not or nothing could be measured, with 130 after Ctrl-C.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadtestSessions } from '../../server/config/constants.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart, StartFailure } from '../../server/config/start-failure.ts';
import { createProgress, type Progress } from '../dev/progress.ts';
import { readDevSettings } from '../dev/settings.ts';
import { readArguments } from './arguments.ts';
import { isOwnDomain, reportFolder } from './contract.ts';
import { ownEndpoints } from './endpoints-file.ts';
import { runLoadTest } from './run.ts';
import { emulatedSessions, type TestSessions, tokensIn } from './sessions.ts';
import { allowedTarget, configuredDomain, type Target } from './target.ts';
import { writeReport } from './write-report.ts';

async function main(): Promise<number> {
  const words = readArguments(process.argv.slice(2));
  const request = { ...words, endpoints: await ownEndpoints(words) };
  const env = loadEnvironment();
  const settings = readDevSettings(env);
  const target = allowedTarget(
    request.url ?? `http://127.0.0.1:${settings.port}`,
    await configuredDomain(env),
  );
  const progress = createProgress(process.stdout);
  const stop = stopOnSignals(progress);
  const sessions = await openSessions(
    target,
    request.tokens,
    Math.max(...request.connections),
    settings.emulatorPort,
    progress,
  );
  progress.say(
    `压测 ${target.address}，${sessions.tokens.length} 个会话，${request.connections.join('、')} 并发，每档 ${request.seconds} 秒。按 Ctrl-C 提前结束，已测的部分会保留。`,
  );
  const report = await runLoadTest({
    target,
    tokens: sessions.tokens,
    request,
    progress,
    signal: stop,
  }).finally(() => sessions.close());
  if (report === null) {
    progress.say('已停止，还没有测到数字，没有写报告。');
    return 130;
  }
  const files = await writeReport(report, reportFolder);
  const { passed, reasons } = report.verdict;
  for (const note of report.notes) progress.say(`注意：${note}`);
  progress.say(
    passed ? '结论：达到标准。' : `结论：未达标。\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
  );
  progress.say(
    `报告${report.partial ? '（不完整）' : ''}：\n${files.map((file) => `  ${path.normalize(file)}`).join('\n')}`,
  );
  if (passed && !isOwnDomain(report)) {
    progress.say('上架材料要用应用域名再测一次：npm run loadtest https://应用域名');
  }
  if (stop.aborted) return 130;
  return passed ? 0 : 1;
}

/** The first Ctrl-C ends the test in good order, the second ends the process. */
function stopOnSignals(progress: Progress): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      progress.say('正在停止，写出已测的部分……');
      controller.abort();
    });
  }
  return controller.signal;
}

async function openSessions(
  target: Target,
  file: string | null,
  count: number,
  emulatorPort: number,
  progress: Progress,
): Promise<TestSessions> {
  const made = !target.local && existsSync(loadtestSessions.file) ? loadtestSessions.file : null;
  const given = file ?? made;
  if (given !== null) return { tokens: (await tokensIn(given)).slice(0, count), close: async () => {} };
  if (!target.local) {
    throw new StartFailure(
      '压测应用域名需要已登录的会话。先在生产服务器的安装目录里运行 node dist/server/cli.js loadtest:sessions 用户名 200，把令牌文件拷过来，或用 tokens=文件 给出，见 scripts/docs/loadtest.md。',
    );
  }
  progress.say(`用平台仿真登录 ${count} 个会话……`);
  return emulatedSessions(target.address, `http://127.0.0.1:${emulatorPort}`, count, (done) =>
    progress.show(`已登录 ${done}/${count}`),
  );
}

main().then((code) => process.exit(code), failStart);
