import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type { PackageFiles } from '../package-files.ts';
import type { Device } from './device.ts';
import { type CallLog, createLog } from './log.ts';
import { type OpenPage, type PageOptions, PageStack } from './page-stack.ts';

/** What V8 6.9 lacks is taken away, so that its use fails here as it would on a phone. */
const ageing = `
  delete Promise.prototype.finally;
  delete Promise.allSettled;
  delete Promise.any;
  delete Object.fromEntries;
  delete Object.hasOwn;
  delete String.prototype.replaceAll;
  delete String.prototype.matchAll;
  delete String.prototype.at;
  delete Array.prototype.at;
  delete Array.prototype.flat;
  delete Array.prototype.flatMap;
  delete globalThis.WebAssembly;
`;

/** Milliseconds that a journey waits for something to come true, on a busy machine too. */
const PATIENCE = 20_000;

type AppOptions = Record<string, ((argument: unknown) => void) | undefined>;

/** One run of the built mini program, from launch until the person closes it. */
export class MiniRun {
  readonly log: CallLog = createLog();
  readonly stack: PageStack;
  private readonly files: PackageFiles;
  private readonly modules = new Map<string, { exports: unknown }>();
  private readonly registered = new Map<string, PageOptions>();
  private readonly appJson: { pages: string[]; tabBar?: { items?: { pagePath: string }[] } };
  private app: AppOptions = {};
  private loading = '';
  private readonly context: object;

  constructor(files: PackageFiles, device: Device) {
    this.files = files;
    this.appJson = JSON.parse(this.read('app.json')) as typeof this.appJson;
    const tabs = new Set(this.appJson.tabBar?.items?.map((item) => item.pagePath));
    this.stack = new PageStack({
      pageOptions: (route) => this.pageOptions(route),
      isPage: (route) => this.appJson.pages.includes(route),
      isTab: (route) => tabs.has(route),
      failed: (error) => this.fail(error),
      notFound: (route) => this.app.onPageNotFound?.call(this.app, { path: route }),
    });
    this.context = createContext(
      {
        dd: device.createDd(this.log, this.stack),
        App: (options: AppOptions) => {
          this.app = options;
        },
        Page: (options: PageOptions) => {
          this.registered.set(this.loading, options);
        },
        Component: () => undefined,
        getCurrentPages: () => this.stack.pages,
        setTimeout: (callback: () => void, delay: number) =>
          setTimeout(callback, delay / device.timerSpeed).unref(),
        clearTimeout,
        console: {
          log: () => undefined,
          warn: () => undefined,
          error: (...values: unknown[]) => this.log.errors.push(values.map(String).join(' ')),
        },
      },
      { codeGeneration: { strings: false, wasm: false } },
    );
    runInContext(ageing, this.context);
  }

  /** Launches as the container does: the app, then the first page, which does not wait for the app. */
  launch(options: { query?: Record<string, string>; url?: string } = {}): this {
    this.require('app.js');
    const { query = {}, url = `/${this.appJson.pages[0] ?? ''}` } = options;
    this.app.onLaunch?.call(this.app, { query, path: url });
    this.app.onShow?.call(this.app, { query, path: url });
    this.stack.reLaunch(url);
    return this;
  }

  /** Back from the background, as from a work notification or from the workbench of another organisation. */
  showAgain(options?: { query?: Record<string, string>; path?: string }): void {
    this.app.onShow?.call(this.app, options);
    this.stack.top?.call('onShow');
  }

  /** The page on the screen. @throws when there is none: that would be a white screen. */
  get page(): OpenPage {
    const page = this.stack.top;
    if (page === undefined) throw new Error('white screen: no page is open');
    return page;
  }

  /** How often a `dd` API was called. */
  count(api: string): number {
    return this.log.calls.filter((name) => name === api).length;
  }

  /** Requests so far as `POST /api/auth/login 200`. */
  get requests(): string[] {
    return this.log.requests.map(({ method, path: url, status }) => `${method} ${url} ${status ?? '-'}`);
  }

  /** Waits until a page is on the screen whose data satisfies the condition. @throws with what is there instead. */
  async waitFor(
    route: string,
    condition: (data: Record<string, unknown>) => boolean = () => true,
  ): Promise<OpenPage> {
    await this.settled(
      () => this.stack.top?.route === `pages/${route}/index` && condition(this.stack.top.data),
      `page ${route}`,
    );
    return this.page;
  }

  /** Waits until a condition holds. @throws with what is on the screen instead. */
  async settled(condition: () => boolean, wanted = 'the condition'): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!condition()) {
      if (Date.now() > deadline) {
        const there = `${this.stack.top?.route ?? 'no page'} ${JSON.stringify(this.stack.top?.data)}`;
        throw new Error(`waited for ${wanted}; there is ${there}; requests: ${this.requests.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** An error that nobody caught, as the container reports it. */
  fail(error: unknown): void {
    this.app.onError?.call(
      this.app,
      error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
    );
  }

  private pageOptions(route: string): PageOptions {
    this.loading = route;
    this.require(`${route}.js`);
    const options = this.registered.get(route);
    if (options === undefined) throw new Error(`${route}.js does not call Page()`);
    return options;
  }

  private read(file: string): string {
    const content = this.files.get(file);
    if (content === undefined) throw new Error(`the package has no ${file}`);
    return content.toString('utf8');
  }

  private require(file: string): unknown {
    const known = this.modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.modules.set(file, module);
    const wrapped = runInContext(
      `(function (require, module, exports) {${this.read(file)}\n})`,
      this.context,
      {
        filename: file,
      },
    ) as (require: (name: string) => unknown, module: object, exports: object) => void;
    const requireFrom = (name: string) => {
      const target = path.posix.join(path.posix.dirname(file), name);
      return this.require(this.files.has(target) ? target : `${target}.js`);
    };
    wrapped(requireFrom, module, module.exports);
    return module.exports;
  }
}
