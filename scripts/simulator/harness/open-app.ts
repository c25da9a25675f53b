import { fileURLToPath } from 'node:url';
import { JSDOM } from 'jsdom';
import { buildApp } from '../compiler/build.ts';
import { placeText, SourcePlaces } from '../compiler/source-places.ts';
import { fetchTransport } from '../runtime/dd/http.ts';
import type { Transport } from '../runtime/device.ts';
import { type Device, type Faults, memoryStorage, type Platform } from '../runtime/device.ts';
import { Phone, type StartOptions } from '../runtime/phone.ts';
import { isError } from '../runtime/realm.ts';
import type { BuiltApp, PhoneEvent } from '../runtime/types.ts';
import { type EmulatorCodes, emulatorAuthCode } from './emulator-codes.ts';
import { ErrorWatch } from './errors.ts';
import { oldEngine } from './old-engine.ts';
import { findByText, findField, visibleText } from './screen.ts';

export const PROJECT_MINI = fileURLToPath(new URL('../../../mini', import.meta.url));
/** Long, since a busy machine is slow. The error then says what is on the screen. */
const DEFAULT_WAIT_MS = 20_000;
const POLL_MS = 5;

export interface EngineOptions {
  /** Runs the scripts in what an old phone has (V8 6.9), and not in the engine of the test. */
  oldEngine?: boolean;
}

export interface OpenAppOptions extends StartOptions, EngineOptions {
  /** Folder of `app.json`; the project's `mini/` by default. */
  root?: string;
  /** Source files to replace, by path below `root`: usually `config/current.ts`. */
  replace?: Readonly<Record<string, string>>;
  /** Where single-use codes come from: a person of a running emulator, or a function of the test's own. */
  authCodes?: EmulatorCodes | (() => Promise<string>);
  platform?: Platform;
  /** `null`: the start has no corpId. */
  corpId?: string | null;
  /** Values in the storage from an earlier use, as `dd.setStorage` takes them. */
  storage?: Readonly<Record<string, unknown>>;
  faults?: Faults;
  httpErrors?: Device['httpErrors'];
  trustedHosts?: readonly string[];
  /** Answers requests instead of the network. */
  transport?: Transport;
  /** Whether the container has a newer package of the app. */
  update?: Device['update'];
}

export interface WaitOptions {
  timeoutMs?: number;
}

/** All apps of the test, also those that it closed itself. */
const opened = new Set<OpenedApp>();

/**
 * Ends the apps that a test left open, and fails the test for any error in them, also for one that its last step or
 * this end causes.
 */
export async function closeApps(): Promise<void> {
  if (opened.size === 0) return;
  const apps = [...opened];
  opened.clear();
  await turn();
  for (const app of apps) app.end();
  await turn();
  const errors = apps.flatMap((app) => app.leave());
  if (errors.length === 0) return;
  const messages = errors.map((error) => error.message).join('\n');
  throw new Error(`小程序出错了：\n${messages}`, { cause: errors[0] });
}

/** Lets callbacks, and the drawing that follows them, run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Builds the mini program and starts it on a phone in jsdom. Strict: an error while drawing, a rejected promise
 * of the mini program and any `console.error` fail the next step of the test, at the latest its end.
 */
export async function openApp(options: OpenAppOptions = {}): Promise<OpenedApp> {
  const { root = PROJECT_MINI, replace } = options;
  const page = openBuilt(await buildApp(root, replace ? { replace } : {}), deviceOf(options), options);
  await page.settle();
  return page;
}

/**
 * Starts a mini program that is built already, as {@link openApp} does.
 * @param device may outlive the start: the next one finds what this one has stored
 */
export function openBuilt(
  app: BuiltApp,
  device: Device,
  options: StartOptions & EngineOptions = {},
): OpenedApp {
  const window = freeWindow();
  const watch = new ErrorWatch();
  const places = new SourcePlaces(app.script);
  const events: PhoneEvent[] = [];
  const phone = new Phone({
    app,
    mount: window.document.body,
    device,
    ...(options.oldEngine ? { compile: oldEngine(() => device.clockAheadMs ?? 0) } : {}),
    onEvent: (event) => void events.push(event),
    onError: (error) => {
      const cause = isError(error.cause) ? error.cause : error;
      const { stack, place } = places.locate(cause.stack ?? '');
      cause.stack = stack;
      if (place) error.message += `（${placeText(place)}）`;
      watch.add(error);
    },
  });
  const page = new OpenedApp(phone, device, events, watch, window);
  // Only inside a test: a script closes its apps itself.
  if (opened.size === 0 && typeof onTestFinished === 'function') onTestFinished(closeApps);
  opened.add(page);
  watch.start();
  phone.start({
    ...(options.path ? { path: options.path } : {}),
    ...(options.query ? { query: options.query } : {}),
  });
  return page;
}

/** Windows of phones that have ended, to be used again: making one is the slowest part of a start. */
const windows: JSDOM['window'][] = [];

function freeWindow(): JSDOM['window'] {
  const used = windows.pop();
  if (used) return used;
  const page = '<!DOCTYPE html><html lang="zh-CN"><body></body></html>';
  const { window } = new JSDOM(page, { url: 'http://phone.invalid/', pretendToBeVisual: true });
  // jsdom draws nothing, and complains when it is asked to.
  Object.assign(window.HTMLCanvasElement.prototype, { getContext: () => null, toDataURL: () => 'data:,' });
  return window;
}

function deviceOf(options: OpenAppOptions): Device {
  const platform = options.platform ?? 'dingtalk';
  const { authCodes } = options;
  const noCodes = async (): Promise<string> => {
    throw new Error('这个测试没有给 authCodes');
  };
  const stored = Object.entries(options.storage ?? {}).map(([key, value]) => [key, JSON.stringify(value)]);
  return {
    platform,
    corpId: options.corpId === null ? undefined : (options.corpId ?? 'dingemulator0001'),
    storage: memoryStorage(Object.fromEntries(stored) as Record<string, string>),
    transport: options.transport ?? fetchTransport(fetch),
    getAuthCode:
      typeof authCodes === 'object' ? emulatorAuthCode(authCodes, platform) : (authCodes ?? noCodes),
    faults: options.faults ?? {},
    httpErrors: options.httpErrors ?? 'fail',
    trustedHosts: options.trustedHosts,
    update: options.update,
  };
}

/** One phone with one person's mini program, as a test sees it. */
export class OpenedApp {
  readonly phone: Phone;
  readonly events: readonly PhoneEvent[];
  private readonly device: Device;
  private readonly watch: ErrorWatch;
  private readonly window: JSDOM['window'];
  private ended = false;

  constructor(
    phone: Phone,
    device: Device,
    events: PhoneEvent[],
    watch: ErrorWatch,
    window: JSDOM['window'],
  ) {
    this.phone = phone;
    this.device = device;
    this.events = events;
    this.watch = watch;
    this.window = window;
  }

  /** What the person reads on the page and in dialogs, white space condensed. */
  text(): string {
    const { screen, overlay } = this.phone.chrome;
    return `${visibleText(screen)} ${visibleText(overlay)}`.trim();
  }

  /** Title in the title bar. */
  title(): string {
    return this.document.querySelector('.mini-title-bar h1')?.textContent ?? '';
  }

  /** Taps what shows a text: a button, a row, a tab, a choice in a dialog. */
  async tap(label: string, { index }: { index?: number } = {}): Promise<void> {
    const dialog = this.document.querySelector('.mini-dialog');
    findByText(dialog ?? this.phone.chrome.root, label, index).click();
    await this.settle();
  }

  /** Types into the text field with that label, placeholder or name. */
  async type(label: string, value: string): Promise<void> {
    const field = findField(this.phone.chrome.screen, label);
    field.focus();
    const limit = field.maxLength >= 0 ? field.maxLength : value.length;
    field.value = value.slice(0, limit);
    field.dispatchEvent(new this.window.Event('input', { bubbles: true }));
    field.blur();
    await this.settle();
  }

  /** Waits for a text to appear, or for a condition to hold. */
  async waitFor(expected: string | RegExp | (() => boolean), options: WaitOptions = {}): Promise<void> {
    const deadline = Date.now() + (options.timeoutMs ?? DEFAULT_WAIT_MS);
    const holds = (): boolean => {
      if (typeof expected === 'function') return expected();
      return typeof expected === 'string' ? this.text().includes(expected) : expected.test(this.text());
    };
    for (;;) {
      this.watch.check();
      if (holds()) return;
      if (Date.now() > deadline) throw new Error(this.timeoutMessage(expected));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async back(): Promise<void> {
    this.phone.back();
    await this.settle();
  }

  async pullDown(): Promise<void> {
    if (!this.phone.pullDown()) throw new Error(`页面 ${this.path} 没有打开下拉刷新（pullRefresh）`);
    await this.settle();
  }

  async reachBottom(): Promise<void> {
    this.phone.reachBottom();
    await this.settle();
  }

  /** Cold: the client ended the mini program; warm: the person comes back to it. */
  async restart({ cold }: { cold: boolean }): Promise<void> {
    if (cold) {
      this.phone.stop();
      this.phone.start();
    } else {
      this.phone.hide();
      this.phone.show();
    }
    await this.settle();
  }

  /** Ends the phone before the test ends. @throws Error when anything went wrong that no `takeErrors` took */
  close(): void {
    this.end();
    this.watch.check();
  }

  /** Ends the phone; its console is still listened to, for what comes late. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.phone.destroy();
    windows.push(this.window);
  }

  /** Stops listening. @returns the errors that no test has taken */
  leave(): Error[] {
    this.watch.stop();
    return this.watch.take();
  }

  /** Errors so far that a test expects; they no longer fail it. */
  takeErrors(): Error[] {
    return this.watch.take();
  }

  get path(): string {
    return this.phone.currentPath;
  }

  get stack(): string[] {
    return this.phone.stack.pages.map((page) => page.path);
  }

  /** Names of the `dd` APIs called since the start, in order. */
  get calls(): string[] {
    return this.events.flatMap((event) =>
      event.kind === 'dd' && event.outcome === 'called' ? [event.name] : [],
    );
  }

  /** May be changed while the app runs. */
  get faults(): Faults {
    return this.device.faults;
  }

  get storage(): Readonly<Record<string, unknown>> {
    const { storage } = this.device;
    return Object.fromEntries(
      storage.keys().map((key) => [key, JSON.parse(storage.get(key) ?? 'null') as unknown]),
    );
  }

  get document(): Document {
    return this.window.document;
  }

  /** @throws Error when something went wrong in the callbacks that were due */
  async settle(): Promise<void> {
    await turn();
    this.watch.check();
  }

  private timeoutMessage(expected: unknown): string {
    const last = this.events.slice(-8).map((event) => JSON.stringify(event));
    return `没有等到 ${String(expected)}。页面是 ${this.path}，屏幕上是：${this.text() || '（空白）'}\n最后的事件：\n${last.join('\n')}`;
  }
}
