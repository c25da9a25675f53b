import {
  type BuiltApp,
  type Device,
  type Faults,
  fetchTransport,
  type HttpErrors,
  type OpenedApp,
  openBuilt,
  type Platform,
} from '../../scripts/simulator/index.ts';

/** The state of the network: in `black-hole` requests time out, in `domain` the address is not registered. */
export type Network = 'up' | 'down' | 'black-hole' | 'domain' | 'silent' | 'status-zero';

const FAULTS: Readonly<Record<Network, Faults>> = {
  up: {},
  domain: {},
  down: { serverDown: true },
  'black-hole': { requestTimesOut: true },
  silent: { requestHangs: true },
  'status-zero': { statusZero: true },
};

/** A phone of a person, for several starts of the mini program. */
export class TestPhone implements Device {
  readonly platform: Platform;
  corpId: string | undefined;
  /** What the mini program has stored, as JSON. */
  readonly values = new Map<string, string>();
  readonly storage = {
    get: (key: string) => this.values.get(key),
    set: (key: string, value: string) => void this.values.set(key, value),
    remove: (key: string) => void this.values.delete(key),
    keys: () => [...this.values.keys()],
  };
  readonly transport = fetchTransport(fetch);
  faults: Faults = {};
  httpErrors: HttpErrors = 'fail-with-data';
  trustedHosts: readonly string[] | undefined;
  systemInfo: Record<string, unknown> | null | undefined;
  wrapCode: Device['wrapCode'];
  hasBothCodeCalls = false;
  timerSpeed = 1;
  clockAheadMs = 0;
  /** What the next call for a code gets; `fresh` again after one call, but for `never`. */
  nextCode: 'fresh' | 'used' | 'fail' | 'never' = 'fresh';
  private lastCode = 'never-issued';
  private readonly issue: () => Promise<string>;

  /** @param issue fetches a fresh single-use code for the person, as the platform's client would. */
  constructor(platform: Platform, issue: () => Promise<string>) {
    this.platform = platform;
    this.issue = issue;
  }

  set network(state: Network) {
    this.faults = FAULTS[state];
    this.trustedHosts = state === 'domain' ? [] : undefined;
  }

  async getAuthCode(): Promise<string> {
    const kind = this.nextCode;
    if (kind === 'never') await new Promise(() => undefined);
    this.nextCode = 'fresh';
    if (kind === 'fail') throw new Error('the platform gives no code');
    if (kind === 'fresh') this.lastCode = await this.issue();
    return this.lastCode;
  }
}

/** An open page. */
export interface OpenPage {
  route: string;
  readonly data: Record<string, unknown>;
  /** Calls a handler or a life-cycle function. */
  call(name: string, ...values: unknown[]): unknown;
}

export interface LaunchOptions {
  query?: Record<string, string>;
  /** Page with its query; the home page by default. */
  url?: string;
}

/** Milliseconds that a journey waits for something to come true, on a busy machine too. */
const PATIENCE = 20_000;

/** One start of the mini program on a phone, with the data of its pages. Questions are answered with yes. */
export class MiniRun {
  readonly app: OpenedApp;
  private readonly pages = new WeakMap<object, OpenPage>();

  constructor(built: BuiltApp, phone: TestPhone, { query = {}, url }: LaunchOptions = {}) {
    const [path, search] = url?.replace(/^\//, '').split('?') ?? [];
    const all = { ...query, ...Object.fromEntries(new URLSearchParams(search)) };
    this.app = openBuilt(built, phone, {
      ...(path === undefined ? {} : { path }),
      query: all,
      oldEngine: true,
    });
  }

  /** The page on the screen. @throws when there is none: that would be a white screen. */
  get page(): OpenPage {
    const { top } = this.stack;
    if (!top) throw new Error('white screen: no page is open');
    const { instance, path } = top;
    const known = this.pages.get(top);
    if (known) return known;
    const page: OpenPage = {
      route: path,
      get data() {
        return instance.data;
      },
      call: (name, ...values) => {
        if (!instance.has(name)) throw new Error(`page ${path} has no ${name}()`);
        return instance.call(name, ...values);
      },
    };
    this.pages.set(top, page);
    return page;
  }

  get stack(): OpenedApp['phone']['stack'] {
    return this.app.phone.stack;
  }

  /** How often a `dd` API was called. */
  count(api: string): number {
    return this.app.calls.filter((name) => name.split(' ')[0] === api).length;
  }

  /** Requests that have ended, as `POST /api/auth/login 200`. */
  get requests(): string[] {
    return this.app.events.flatMap((event) =>
      event.kind === 'request'
        ? [`${event.method} ${event.url.replace(/^https?:\/\/[^/]+/, '')} ${event.status ?? '-'}`]
        : [],
    );
  }

  /** Requests that have not. */
  get underWay(): number {
    return this.count('httpRequest') - this.requests.length;
  }

  get toasts(): unknown[] {
    return this.app.events.flatMap((event) =>
      event.kind === 'dd' && event.name === 'showToast' && event.outcome === 'called'
        ? [(event.detail as { content?: unknown }).content]
        : [],
    );
  }

  /** Calls that the container refused, in its words. */
  get refusals(): string[] {
    return this.app.events.flatMap((event) =>
      event.kind === 'dd' && event.outcome === 'fail'
        ? [`${event.name} ${(event.detail as { errorMessage: string }).errorMessage}`]
        : [],
    );
  }

  /** Waits until a page is on the screen whose data satisfies the condition. @throws with what is there instead. */
  async waitFor(
    route: string,
    condition: (data: Record<string, unknown>) => boolean = () => true,
  ): Promise<OpenPage> {
    await this.settled(
      () => this.stack.top?.path === `pages/${route}/index` && condition(this.page.data),
      `page ${route}`,
    );
    return this.page;
  }

  /** Waits until a condition holds. @throws with what is on the screen instead. */
  async settled(condition: () => boolean, wanted = 'the condition'): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const agree = this.app.document.querySelector<HTMLElement>('.mini-dialog-buttons button:last-child');
      agree?.click();
      if (condition()) return;
      if (Date.now() > deadline) {
        const there = `${this.stack.top?.path ?? 'no page'} ${JSON.stringify(this.stack.top?.instance.data)}`;
        throw new Error(`waited for ${wanted}; there is ${there}; requests: ${this.requests.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Back from the background, as from a work notification or from the workbench of another organisation. */
  showAgain(options: { query?: Record<string, string>; path?: string } | null): void {
    this.app.phone.show(options);
  }

  /** An error that nobody caught, as the container reports it. */
  fail(error: Error): void {
    this.app.phone.report(error, 'test');
  }

  /** What the mini program wrote to `console.error`, and errors that nobody caught; the test expects them. */
  takeErrors(): string[] {
    return this.app.takeErrors().map(({ message }) => message);
  }
}
