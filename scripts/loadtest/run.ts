import { StartFailure } from '../../server/config/start-failure.ts';
import type { Progress } from '../dev/progress.ts';
import { describeMachine } from '../report/machine.ts';
import type { LoadTestRequest } from './arguments.ts';
import { isOwnDomain, type LoadTestReport, type LoadTestStep } from './contract.ts';
import { lookBefore, type Preflight } from './endpoints.ts';
import { runStep } from './generate.ts';
import { leadsHere, type Target } from './target.ts';
import { judge, limitRemedy, notesOn } from './verdict.ts';
import { count, ms, percent } from './words.ts';

export interface RunOptions {
  target: Target;
  tokens: readonly string[];
  request: LoadTestRequest;
  progress: Progress;
  /** Ends the test early; what was measured until then is reported. */
  signal: AbortSignal;
}

/**
 * Looks at the app, warms it up, and loads it step by step.
 *
 * @returns the report; null where it was stopped before anything was measured.
 * @throws StartFailure in Chinese where a test would say nothing of the app.
 */
export async function runLoadTest(options: RunOptions): Promise<LoadTestReport | null> {
  const { target, tokens, request, progress, signal } = options;
  const preflight = await lookBefore(target.address, tokens, request.endpoints, request.ca);
  const sameMachine = target.local || (await leadsHere(new URL(target.address).hostname));
  const startedAt = new Date().toISOString();
  await warmUp(options, preflight);
  const steps: LoadTestStep[] = [];
  for (const connections of request.connections) {
    if (signal.aborted) break;
    const step = await load(options, preflight, connections, request.seconds);
    steps.push(step);
    progress.say(
      `${connections} 并发${step.complete ? '' : '（没有测完）'}：每秒 ${count(step.requestsPerSecond)}，平均 ${ms(step.meanMs)} 毫秒，P99 ${ms(step.p99Ms)} 毫秒，成功率 ${percent(step.successRate)}`,
    );
  }
  if (steps.length === 0) return null;
  const report = {
    address: target.address,
    appDomain: target.appDomain,
    startedAt,
    finishedAt: new Date().toISOString(),
    partial: steps.length < request.connections.length || steps.some(({ complete }) => !complete),
    machine: describeMachine(),
    sameMachine,
    timeoutSeconds: request.timeoutSeconds,
    warmUpSeconds: request.warmUpSeconds,
    sessions: tokens.length,
    steps,
    verdict: judge(steps),
  };
  const more = { sessions: tokens.length, sameMachine, ownDomain: isOwnDomain(report) };
  const rehearsal = request.ca === null ? [] : ['额外信任了一个根证书：这是演练，不能作为上架材料。'];
  return { ...report, notes: [...rehearsal, ...notesOn(steps, more), ...preflight.notes] };
}

/** @throws StartFailure where the server's limit for one address would be what is measured. */
async function warmUp(options: RunOptions, { perMinute, ...preflight }: Preflight): Promise<void> {
  const { request, signal, progress } = options;
  if (request.warmUpSeconds === 0 || signal.aborted) return;
  const [connections = 1] = request.connections;
  progress.say(`预热 ${request.warmUpSeconds} 秒……`);
  const step = await load(options, { perMinute, ...preflight }, connections, request.warmUpSeconds);
  const limited = step.errors['http-429'] ?? 0;
  const reached = Math.round((step.requests / step.seconds) * 60);
  if (signal.aborted || (limited === 0 && (perMinute === null || reached <= perMinute))) return;
  // Twice the measured pace, since more connections may be faster, rounded up to a power of ten.
  const enough = 10 ** Math.ceil(Math.log10(reached * 2));
  const why =
    limited > 0
      ? `预热时有 ${count(limited)} 个请求被限流（429）`
      : `预热时每分钟 ${count(reached)} 个请求，服务端对一个地址每分钟只接受 ${count(perMinute ?? 0)} 个`;
  throw new StartFailure(
    `压测没有开始：${why}。这样测到的是限流，不是应用的处理能力。\n${limitRemedy(Math.min(enough, 100_000_000))}。`,
  );
}

function load(
  { target, tokens, request, progress, signal }: RunOptions,
  { endpoints }: Preflight,
  connections: number,
  seconds: number,
): Promise<LoadTestStep> {
  return runStep({
    address: target.address,
    endpoints,
    tokens,
    connections,
    seconds,
    timeoutSeconds: request.timeoutSeconds,
    ca: request.ca,
    signal,
    watch(recording, elapsed) {
      const { good, bad, lastSecond } = recording.now();
      const mean = lastSecond?.meanMs ?? null;
      progress.show(
        `${connections} 并发 ${Math.min(seconds, Math.round(elapsed))}/${seconds} 秒  完成 ${count(good)}  每秒 ${count(Math.round(good / elapsed))}  平均 ${mean === null ? '—' : ms(mean)} 毫秒  错误 ${count(bad)}`,
      );
    },
  });
}
