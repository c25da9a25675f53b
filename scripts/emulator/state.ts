import { randomBytes } from 'node:crypto';
import type { FaultRule } from './faults.ts';
import { MiniCloud } from './mini-cloud.ts';
import type { EmulatedPerson } from './people.ts';

export type EmulatedPlatform = 'dingtalk' | 'zhezhengding';

/** An auth code lives 5 minutes, an app token 7200 seconds, on both platforms. */
export const authCodeLifeMs = 5 * 60 * 1000;
export const appTokenLifeSeconds = 7200;

/** How many of each are kept, so that an emulator that runs for days does not grow. */
const keptCalls = 200;
const keptMessages = 1000;
const keptCodes = 100_000;

/** One call of a platform API; holds no token, code, secret or mobile number. */
export interface RecordedCall {
  /** ISO 8601, by the emulator's clock. */
  at: string;
  method: string;
  path: string;
  /** Null when the emulator gave no HTTP answer (time-out, reset). */
  status: number | null;
  /** The platform's own error code; null for success. */
  errcode: string | null;
  /** The kind of the fault that was applied. */
  fault: string | null;
}

/** A work notification or a DING that the app has sent. */
export interface SentMessage {
  id: string;
  platform: EmulatedPlatform;
  kind: 'work-notification' | 'ding';
  /** DingTalk `userid`s or 浙政钉 `accountId`s. */
  receivers: string[];
  /** Receivers whom the platform would not deliver to: they left or are out of range. */
  undelivered: string[];
  content: unknown;
  /** 浙政钉: the app's own id of the message, by which it is recalled; null without one. */
  bizMsgId: string | null;
  /** ISO 8601, by the emulator's clock. */
  sentAt: string;
  recalled: boolean;
}

interface IssuedCode {
  person: EmulatedPerson;
  /** Null: whichever platform sees it first. */
  platform: EmulatedPlatform | null;
  expiresAt: number;
  used: boolean;
}

interface AppToken {
  token: string;
  expiresAt: number;
}

/** Everything that the emulator remembers. One object for both platforms: they share the people. */
export class EmulatorState {
  readonly #baseNow: () => number;
  #offset = 0;
  #codes = new Map<string, IssuedCode>();
  #tokens = new Map<EmulatedPlatform, AppToken>();
  #counts = new Map<string, number>();
  #windows = new Map<string, number[]>();
  recent: RecordedCall[] = [];
  messages: SentMessage[] = [];
  /** 浙政钉's registered event callbacks: URL by event tag. */
  readonly callbacks = new Map<string, string>();
  faults: FaultRule[] = [];
  /** Calls a second for one API before the platform says that it is too busy; null: no limit. */
  perSecond: number | null = null;
  /** Whether the DingTalk app may read mobile numbers. */
  mobilePermission = true;
  #nonces = new Map<string, number>();
  /** What the cloud knows of mini programs. */
  mini = new MiniCloud();
  #nextMessage = 1;

  constructor(now: () => number) {
    this.#baseNow = now;
  }

  /** Epoch milliseconds, with what `advance` added. */
  now(): number {
    return this.#baseNow() + this.#offset;
  }

  /** The clock that a client shares: not moved by `advance`. */
  wallClock(): number {
    return this.#baseNow();
  }

  advance(ms: number): void {
    this.#offset += ms;
  }

  reset(): void {
    this.#offset = 0;
    this.#codes.clear();
    this.#tokens.clear();
    this.#counts.clear();
    this.#windows.clear();
    this.#nonces.clear();
    this.recent = [];
    this.messages = [];
    this.callbacks.clear();
    this.faults = [];
    this.perSecond = null;
    this.mobilePermission = true;
    this.mini = new MiniCloud();
  }

  issueAuthCode(person: EmulatedPerson, platform: EmulatedPlatform | null): string {
    const code = `emulated-${randomBytes(16).toString('hex')}`;
    this.#codes.set(code, { person, platform, expiresAt: this.now() + authCodeLifeMs, used: false });
    if (this.#codes.size > keptCodes) {
      const oldest = this.#codes.keys().next();
      if (!oldest.done) this.#codes.delete(oldest.value);
    }
    return code;
  }

  /** Uses up a code. Null when it is unknown, used, expired or of the other platform. */
  redeem(code: string, platform: EmulatedPlatform): EmulatedPerson | null {
    const issued = this.#codes.get(code);
    if (!issued || issued.used || issued.expiresAt <= this.now()) return null;
    if (issued.platform !== null && issued.platform !== platform) return null;
    issued.used = true;
    return issued.person;
  }

  /** The app's token: the same one while it lives, with its life renewed. */
  appToken(platform: EmulatedPlatform): string {
    const now = this.now();
    const held = this.#tokens.get(platform);
    const token = held && held.expiresAt > now ? held.token : randomBytes(16).toString('hex');
    this.#tokens.set(platform, { token, expiresAt: now + appTokenLifeSeconds * 1000 });
    return token;
  }

  isLiveToken(platform: EmulatedPlatform, token: string): boolean {
    const held = this.#tokens.get(platform);
    return held !== undefined && held.token === token && held.expiresAt > this.now();
  }

  expireTokens(): void {
    this.#tokens.clear();
  }

  /** True when the nonce was not seen within `lifeMs`. */
  takeNonce(nonce: string, lifeMs: number): boolean {
    const now = this.wallClock();
    for (const [known, until] of this.#nonces) {
      if (until > now) break;
      this.#nonces.delete(known);
    }
    if (this.#nonces.has(nonce)) return false;
    this.#nonces.set(nonce, now + lifeMs);
    return true;
  }

  /** Counts the call; false when the API's limit for this second is used up. */
  withinLimit(path: string): boolean {
    if (this.perSecond === null) return true;
    const since = this.now() - 1000;
    const window = (this.#windows.get(path) ?? []).filter((at) => at > since);
    const free = window.length < this.perSecond;
    if (free) window.push(this.now());
    this.#windows.set(path, window);
    return free;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  count(path: string): void {
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
  }

  record(call: RecordedCall): void {
    this.recent.push(call);
    if (this.recent.length > keptCalls) this.recent.shift();
  }

  send(
    message: Pick<SentMessage, 'platform' | 'kind' | 'receivers' | 'undelivered' | 'content'> &
      Partial<Pick<SentMessage, 'bizMsgId'>>,
  ): SentMessage {
    const sent: SentMessage = {
      id: String(this.#nextMessage++),
      bizMsgId: null,
      ...message,
      sentAt: new Date(this.now()).toISOString(),
      recalled: false,
    };
    this.messages.push(sent);
    if (this.messages.length > keptMessages) this.messages.shift();
    return sent;
  }

  registerCallback(eventTag: string, callbackUrl: string): void {
    this.callbacks.set(eventTag, callbackUrl);
  }

  messageById(platform: EmulatedPlatform, id: string): SentMessage | undefined {
    return this.messages.find((message) => message.platform === platform && message.id === id);
  }
}
