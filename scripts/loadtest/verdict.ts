import { bars, type EndpointResult, type LoadTestStep, type Verdict } from './contract.ts';
import { count, ms, percent } from './words.ts';

/** The figures of a step that a verdict needs; reports of other tools have no more. */
export type Figures = Pick<
  LoadTestStep,
  'connections' | 'complete' | 'requests' | 'successRate' | 'meanMs'
> & { endpoints: readonly Pick<EndpointResult, 'name' | 'requests' | 'successRate' | 'data'>[] };

/** Which bars a step misses, in Chinese; the concurrency is not among them. */
export function missedBars(step: Figures): string[] {
  const missed: string[] = [];
  if (step.requests === 0) missed.push('没有一个请求完成');
  else if (step.successRate < bars.successRate) {
    missed.push(`成功率 ${percent(step.successRate)}，应不低于 ${percent(bars.successRate)}`);
  }
  if (step.requests > 0 && step.meanMs >= bars.meanMs) {
    missed.push(`平均响应时间 ${ms(step.meanMs)} 毫秒，应低于 ${bars.meanMs} 毫秒`);
  }
  return missed;
}

/**
 * The step that decides, for the report and for the listing's rules: that of the lowest sufficient concurrency. Higher
 * ones show what the app can bear.
 */
export function decidingStep<Step extends Figures>(steps: readonly Step[]): Step | null {
  return steps
    .filter(({ connections }) => connections >= bars.connections)
    .reduce<Step | null>(
      (lowest, step) => (lowest === null || step.connections < lowest.connections ? step : lowest),
      null,
    );
}

/** Interfaces that answer without reading the app's data. */
const withoutData = /\/(?:health|healthz|ready|readyz|live|livez|ping|metrics|api\/me)\/?$/i;

/** Whether an interface is a data interface (数据接口): of the API, and no health page. */
export const isDataInterface = (name: string): boolean => / \/api\//.test(name) && !withoutData.test(name);

/** The share (0 to 1) of a step's requests that data interfaces answered well, with data. */
export function dataShare({ endpoints }: Pick<Figures, 'endpoints'>): number {
  const all = endpoints.reduce((total, { requests }) => total + requests, 0);
  const good = endpoints
    .filter(({ name, data }) => isDataInterface(name) && data !== false)
    .reduce((total, { requests, successRate = 1 }) => total + requests * successRate, 0);
  return all === 0 ? 0 : good / all;
}

export function judge(steps: readonly LoadTestStep[]): Verdict {
  const step = decidingStep(steps);
  if (step === null) {
    const most = Math.max(0, ...steps.map(({ connections }) => connections));
    return { passed: false, reasons: [`最高只压测到 ${most} 并发，应不低于 ${bars.connections} 并发`] };
  }
  const reasons = missedBars(step).map((reason) => `${step.connections} 并发时${reason}`);
  if (!step.complete) reasons.push(`${step.connections} 并发没有测完就停了`);
  const limited = step.errors['http-429'] ?? 0;
  if (limited > 0 && reasons.length > 0) {
    reasons.push(
      `其中 ${count(limited)} 个请求是被限流（429）挡回的，不代表应用的处理能力：${limitRemedy(null)}`,
    );
  }
  const over = step.errors['http-401'] ?? 0;
  if (over > 0 && reasons.length > 0) {
    reasons.push(
      `其中 ${count(over)} 个请求是会话失效（401）：压测中途会话到期或被退出，请换上新的会话令牌再测`,
    );
  }
  return { passed: reasons.length === 0, reasons };
}

/** What to set where the limit stops a load test. @param perMinute a sufficient limit, where it is known. */
export function limitRemedy(perMinute: number | null): string {
  const value = perMinute === null ? '足够大的数（例如 100000000）' : String(perMinute);
  return `压测从一台机器发出，会被当成一个地址限流。请在压测期间把服务端的 REQUESTS_PER_MINUTE 设为${perMinute === null ? '' : ' '}${value}，网关有限速的也对压测机放开（listing.yaml 的 deployment.loadtestFrom），重启后再测，测完改回`;
}

/** What a reader of the figures must know besides the verdict. */
export function notesOn(
  steps: readonly LoadTestStep[],
  { sessions, sameMachine, ownDomain }: { sessions: number; sameMachine: boolean; ownDomain: boolean },
): string[] {
  const notes: string[] = [];
  if (!ownDomain) {
    notes.push('压测地址不是登记的应用域名：这是试跑，不能作为上架材料。上架要求压测的 URL 与应用域名一致。');
  }
  const deciding = decidingStep(steps);
  if (deciding !== null && deciding.requests > 0 && dataShare(deciding) <= 0.5) {
    notes.push(
      '压测的主要不是有数据的数据接口（/api/ 下的接口；健康检查、/api/me 和空的列表不算），不能作为上架材料。',
    );
  }
  if (sameMachine) notes.push('压测机与应用在同一台机器上，互相争用处理器，数字会偏差。');
  for (const step of steps) {
    if (step.generatorBusy > 0.95) {
      notes.push(`${step.connections} 并发时压测机自己已经跑满，响应时间里有它的等待：换一台更快的压测机。`);
    }
    const limited = step.errors['http-429'] ?? 0;
    if (limited > 0) {
      notes.push(
        `${step.connections} 并发时有 ${count(limited)} 个请求被限流（429）。${limitRemedy(null)}。`,
      );
    }
  }
  const most = Math.max(0, ...steps.map(({ connections }) => connections));
  if (sessions < most) notes.push(`会话 ${sessions} 个，少于最高的 ${most} 并发：有的连接共用会话。`);
  const short = steps.some(({ complete, seconds }) => complete && seconds < 10);
  if (short) notes.push('每档不到 10 秒，只够看个大概；上架材料建议每档 30 秒以上。');
  return notes;
}
