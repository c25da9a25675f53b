import { apis } from './dispatch.ts';
import { applies } from './fault-answers.ts';
import { type FaultOptions, faultKinds, faultRule, isFaultKind } from './faults.ts';
import { type EmulatedPerson, people } from './people.ts';
import type { EmulatedPlatform, EmulatorState, RecordedCall, SentMessage } from './state.ts';

/** A mistake in a control call: `message` is Chinese and says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** The longest delay of a fault, in milliseconds: longer ones are what `timeout` is for. */
const maxDelayMs = 10 * 60 * 1000;

/** The emulator's controls: in-process here, and the same ones over HTTP under `/_emulator/`. */
export class EmulatorControl {
  readonly #state: EmulatorState;

  constructor(state: EmulatorState) {
    this.#state = state;
  }

  /**
   * Issues a single-use auth code that lives 5 minutes, as the client's `getAuthCode` would.
   *
   * @param name a person's `key` or `id`.
   * @param platform the platform whose client asks; without it, whichever platform sees the code first.
   * @throws ControlError for an unknown person or platform.
   */
  issueAuthCode(name: string, platform?: EmulatedPlatform): string {
    const person = people.find((one) => one.key === name || one.id === name);
    if (person === undefined) {
      const known = people.map((one) => `${one.key}（${one.id}）`).join('、');
      throw new ControlError(`没有这个人：${name}。可用的人员：${known}`);
    }
    if (platform !== undefined && platform !== 'dingtalk' && platform !== 'zhezhengding') {
      throw new ControlError('platform 只能是 dingtalk 或 zhezhengding，或者不填');
    }
    return this.#state.issueAuthCode(person, platform ?? null);
  }

  people(): readonly EmulatedPerson[] {
    return people;
  }

  /** How often each platform path was called since the start or the last `reset`. */
  calls(): Record<string, number> {
    return this.#state.counts();
  }

  /** The latest calls, oldest first; at most 200. */
  recentCalls(): readonly RecordedCall[] {
    return [...this.#state.recent];
  }

  /** 浙政钉's registered event callbacks: URL by event tag. The emulator sends no events to them. */
  callbacks(): Record<string, string> {
    return Object.fromEntries(this.#state.callbacks);
  }

  /** The latest work notifications and DINGs, oldest first; at most 1000. */
  messages(): readonly SentMessage[] {
    return structuredClone(this.#state.messages);
  }

  /** Adds a fault; of several that fit a call, the oldest happens. @throws ControlError for bad options. */
  fault(options: FaultOptions): void {
    checkFault(options);
    this.#state.faults.push(faultRule(options));
  }

  clearFaults(): void {
    this.#state.faults = [];
  }

  /** Moves the clock of codes and tokens by `ms`, which may be negative. Signatures keep the real clock. */
  advance(ms: number): void {
    if (!Number.isFinite(ms)) throw new ControlError('advanceMs 要填毫秒数，例如 300000');
    this.#state.advance(ms);
  }

  /** Ends the life of every app token at once. */
  expireTokens(): void {
    this.#state.expireTokens();
  }

  /** Turns on the limit of calls a second for each DingTalk API (the real one is 20); null turns it off. */
  limits({ perSecond }: { perSecond: number | null }): void {
    if (perSecond !== null && !(Number.isInteger(perSecond) && perSecond > 0)) {
      throw new ControlError('perSecond 要填正整数（例如 20），或者 null 表示不限');
    }
    this.#state.perSecond = perSecond;
  }

  /** What the DingTalk app's permissions let it read; mobile numbers are allowed by default. */
  permissions({ mobile }: { mobile: boolean }): void {
    if (typeof mobile !== 'boolean') throw new ControlError('mobile 要填 true 或 false');
    this.#state.mobilePermission = mobile;
  }

  /** Lets the mini program's builds in the cloud fail with this log; null lets them succeed. */
  miniBuilds({ failWith }: { failWith: string | null }): void {
    if (failWith !== null && typeof failWith !== 'string') {
      throw new ControlError('failWith 要填云端构建的日志，或者 null 表示构建成功');
    }
    this.#state.mini.failsWith = failWith;
  }

  /** Back to the state of the start: no codes, tokens, calls, messages or faults; clock and limits as at the start. */
  reset(): void {
    this.#state.reset();
  }
}

const faultFields: ReadonlySet<string> = new Set([
  'path',
  'kind',
  'times',
  'delayMs',
  'status',
  'errcode',
  'message',
  'consume',
] satisfies (keyof FaultOptions)[]);

/** Checks options, which over HTTP may be anything. */
function checkFault(options: FaultOptions): void {
  const { path, kind, times, delayMs, status, errcode, message, consume } = options;
  const unknown = Object.keys(options).find((name) => !faultFields.has(name));
  if (unknown !== undefined) {
    throw new ControlError(`没有这个字段：${unknown}。可用的字段：${[...faultFields].join('、')}`);
  }
  if (!isFaultKind(kind)) {
    const known = Object.entries(faultKinds).map(([name, what]) => `${name}（${what}）`);
    throw new ControlError(`没有这种故障：${String(kind)}。可用的 kind：${known.join('、')}`);
  }
  const api = apis.get(path);
  if (path !== '*' && api === undefined) {
    throw new ControlError(`没有这个接口：${String(path)}。path 填 * 或：${[...apis.keys()].join('、')}`);
  }
  const fits = api ? applies({ kind }, api) : [...apis.values()].some((one) => applies({ kind }, one));
  if (!fits) throw new ControlError(`接口 ${path} 不会出现 ${kind}（${faultKinds[kind]}）`);
  if (times !== undefined && times !== null && !(Number.isInteger(times) && times >= 0)) {
    throw new ControlError('times 要填次数（默认 1），0 或 null 表示直到清除');
  }
  if (delayMs !== undefined && !(Number.isFinite(delayMs) && delayMs >= 0 && delayMs <= maxDelayMs)) {
    throw new ControlError(`delayMs 要填 0 到 ${maxDelayMs} 之间的毫秒数`);
  }
  if (kind === 'slow' && delayMs === undefined) throw new ControlError('slow 要填 delayMs，例如 3000');
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new ControlError('status 要填 200 到 599 之间的 HTTP 状态码');
  }
  if (errcode !== undefined && !/^[\w.-]{1,80}$/.test(String(errcode))) {
    throw new ControlError('errcode 要填平台错误码，例如 40078');
  }
  if (message !== undefined && typeof message !== 'string') throw new ControlError('message 要填文字');
  if (consume !== undefined && typeof consume !== 'boolean') {
    throw new ControlError('consume 要填 true（先执行再出故障）或 false（不执行）');
  }
}
