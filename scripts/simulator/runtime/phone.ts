import { nextTick, type Renderer, shallowRef } from 'vue';
import { Chrome } from './chrome.ts';
import type { ComponentDefinition } from './component.ts';
import { componentView, type UnitSource } from './component-view.ts';
import { Dialogs } from './dd/dialogs.ts';
import { createDd, createMy } from './dd/index.ts';
import type { Device } from './device.ts';
import { ErrorReports } from './error-reports.ts';
import { type Environment, evaluate } from './evaluate.ts';
import { listenToGestures } from './gestures.ts';
import { Instance, type InstanceHost } from './instance.ts';
import { PageView } from './page.ts';
import { PageStack } from './page-stack.ts';
import { createDocumentRenderer } from './renderer.ts';
import { Run } from './run.ts';
import { loadTemplate, type TemplateHost, TemplateRuntime } from './template.ts';
import type { BuiltApp, PhoneEvent, PhoneEventInput } from './types.ts';

export interface PhoneOptions {
  app: BuiltApp;
  /** The element that the phone is drawn into; its document is the phone's. */
  mount: HTMLElement;
  device: Device;
  onEvent?: (event: PhoneEvent) => void;
  /** Makes a function of the mini program's script, in an engine of its own; see `evaluate`. */
  compile?: Environment['compile'];
  /** An error in the mini program's own code, or in drawing it. Without this it goes to `console.error`. */
  onError?: (error: Error) => void;
}

export interface StartOptions {
  /** Page to open, `app.json`'s first by default. */
  path?: string;
  query?: Record<string, string>;
}

/** A phone with one mini program. Each `start` after a `stop` is a cold start: all code is evaluated anew. */
export class Phone implements InstanceHost, TemplateHost {
  readonly device: Device;
  readonly stack: PageStack;
  readonly chrome: Chrome;
  private readonly options: PhoneOptions;
  private app: BuiltApp;
  private readonly dialogs: Dialogs;
  private readonly renderer: Renderer<Node>;
  private readonly templates = new TemplateRuntime(this);
  private readonly units = new Map<string, UnitSource>();
  private readonly views = new Map<string, ReturnType<typeof componentView>>();
  private readonly sjsModules = new Map<string, unknown>();
  private readonly started = Date.now();
  /** The last run; it may have ended. */
  private run: Run | undefined;
  private definition: Instance | undefined;
  /** The page that the last start opens first. */
  private opening: { path: string; query: Readonly<Record<string, string>> } = { path: '', query: {} };
  private launched: { path: string; query: Readonly<Record<string, string>> } = { path: '', query: {} };
  private readonly errors: ErrorReports;
  /** The page that failed last, until a tap leads away from it. After the mend, the app opens on it. */
  private failedPage: { path: string; query: Readonly<Record<string, string>> } | undefined;
  private touched = false;
  private readonly endListening: () => void;

  constructor(options: PhoneOptions) {
    this.options = options;
    this.app = options.app;
    this.device = options.device;
    const { ownerDocument } = options.mount;
    this.renderer = createDocumentRenderer(ownerDocument);
    this.errors = new ErrorReports({
      emit: (event) => this.emit(event),
      failed: () => this.pageFailed(),
      onError: options.onError,
      callApp: (hook, argument) => void this.definition?.call(hook, argument),
    });
    this.endListening = this.errors.listen(ownerDocument.defaultView);
    this.chrome = new Chrome(options.mount, () => this.app.config, {
      back: () => this.back(),
      title: () => void this.stack.top?.instance.call('onTitleClick'),
      switchTab: (path) => this.stack.switchTab(`/${path}`),
      asset: (path) => this.asset(path),
    });
    this.dialogs = new Dialogs(this.chrome.overlay);
    listenToGestures(this.chrome.screen);
    const touched = (): void => {
      this.touched = true;
    };
    this.chrome.root.addEventListener('click', touched, true);
    this.stack = new PageStack({
      paths: () => this.app.config.pages,
      tabs: () => this.app.config.tabBar?.items.map((item) => item.pagePath) ?? [],
      create: (path, query) => this.createPage(path, query),
      notFound: (path, query) => this.notFound(path, query),
      changed: (action, page, depth) => {
        if (this.touched && (action === 'open' || action === 'show')) this.failedPage = undefined;
        this.emit({ kind: 'page', action, path: page.path, depth });
        this.redraw();
      },
    });
  }

  get running(): boolean {
    return this.run?.running ?? false;
  }

  /** Cold start: evaluates the mini program, then `onLaunch`, `onShow`, and the first page. */
  start({ path, query = {} }: StartOptions = {}): void {
    if (this.running) throw new Error('小程序已经在运行，请先 stop()');
    const run = new Run(this, this.device.timerSpeed);
    this.run = run;
    this.units.clear();
    this.views.clear();
    this.sjsModules.clear();
    this.loadStyles();
    const launchQuery = {
      ...(this.device.corpId === undefined ? {} : { corpId: this.device.corpId }),
      ...query,
    };
    const first = path ?? this.app.config.pages[0] ?? '';
    this.launched = { path: first, query: launchQuery };
    this.opening = { path: first, query: path === undefined ? {} : query };
    this.failedPage = undefined;
    this.touched = false;
    try {
      this.evaluate(run);
    } catch (error) {
      // The code is loaded in part: none of it may run.
      this.definition = undefined;
      this.report(error, '加载小程序的代码');
      run.end();
      return;
    }
    this.emit({ kind: 'app', action: 'launch' });
    this.definition?.call('onLaunch', { query: launchQuery, path: first });
    this.definition?.call('onShow', { query: launchQuery, path: first });
    this.stack.launch(first, { ...this.opening.query });
  }

  /** Ends the mini program, as the client does; its storage stays. */
  stop(): void {
    if (!this.running) return;
    this.stack.clear();
    this.dialogs.clear();
    this.run?.end();
    this.definition = undefined;
    this.emit({ kind: 'app', action: 'stop' });
  }

  /** The person goes to another app. */
  hide(): void {
    this.stack.top?.instance.call('onHide');
    this.definition?.call('onHide');
    this.emit({ kind: 'app', action: 'hide' });
  }

  /**
   * The person comes back: a warm start.
   * @param options null: the container passes nothing to `onShow`
   */
  show(options: StartOptions | null = {}): void {
    const { query = {}, path = this.stack.top?.path ?? '' } = options ?? {};
    this.emit({ kind: 'app', action: 'show' });
    this.definition?.call('onShow', options === null ? undefined : { query, path });
    this.stack.top?.instance.call('onShow');
  }

  /** The person goes back. On the first page a client would leave the mini program; here it stays. */
  back(): void {
    if (this.stack.pages.length > 1) this.stack.navigateBack();
  }

  /** The person pulls the page down. False when the page has no pull-down refresh (`pullRefresh`). */
  pullDown(): boolean {
    const { top } = this.stack;
    const allowed = top?.config.pullRefresh;
    if (!top || !(allowed === true || allowed === 'YES' || allowed === 'true')) return false;
    if (this.chrome.refreshing) return true;
    this.chrome.refreshing = true;
    top.instance.call('onPullDownRefresh', { from: 'manual' });
    return true;
  }

  reachBottom(): void {
    this.stack.top?.reachBottom();
  }

  get built(): BuiltApp {
    return this.app;
  }

  get currentPath(): string {
    return this.stack.top?.path ?? '';
  }

  /**
   * Takes newly compiled templates and styles while the pages keep their state.
   * @throws Error when a template cannot be loaded, for want of an SJS module for instance; then nothing has changed
   */
  async update(app: Pick<BuiltApp, 'units' | 'style'>): Promise<void> {
    const loaded = Object.entries(app.units).flatMap(([id, unit]) => {
      const source = this.units.get(id);
      if (!source || this.app.units[id]?.template === unit.template) return [];
      return [{ source, template: loadTemplate(unit.template, this.templates) }];
    });
    this.app = { ...this.app, ...app };
    this.loadStyles();
    for (const { source, template } of loaded) source.template.value = template;
    await nextTick();
    // The app shows another page in place of the failed one.
    if (this.failedPage && this.failedPage.path !== this.currentPath) this.reopen();
  }

  /** Notes that the page on the screen has failed, or the first page of the start when none has opened. */
  pageFailed(): void {
    const { path, query } = this.stack.top ?? this.opening;
    // A page that the app opens for the error is not the one that failed.
    if (this.failedPage && !this.touched) return;
    this.failedPage = { path, query };
    this.touched = false;
  }

  /** Takes a newly built app and starts it: see {@link reopen}. */
  replace(app: BuiltApp): void {
    this.app = app;
    this.reopen();
  }

  /** A cold start on the page that failed, if one did, or else on the one that is open. */
  reopen(): void {
    const { path, query } = this.failedPage ?? this.stack.top ?? this.opening;
    this.stop();
    this.start(this.app.config.pages.includes(path) ? { path, query: { ...query } } : {});
  }

  /** Ends the phone and removes it from the document. */
  destroy(): void {
    this.stop();
    this.endListening();
    this.chrome.remove();
  }

  emit(event: PhoneEventInput): void {
    this.options.onEvent?.({ ...event, time: Date.now() - this.started } as PhoneEvent);
  }

  report(cause: unknown, place: string): void {
    this.errors.error(cause, place);
  }

  reportRejection(reason: unknown, place: string): void {
    this.errors.rejection(reason, place);
  }

  sjs(file: string): unknown {
    if (!this.sjsModules.has(file)) throw new Error(`没有载入 SJS 模块 ${file}`);
    return this.sjsModules.get(file);
  }

  component(id: string): ReturnType<typeof componentView> {
    const known = this.views.get(id);
    if (known) return known;
    const source = this.units.get(id);
    if (!source) throw new Error(`没有载入组件 ${id}`);
    const view = componentView(id, source, this);
    this.views.set(id, view);
    return view;
  }

  go = (how: string, url: string): void => {
    try {
      if (how === 'redirect') this.stack.redirectTo(url);
      else if (how === 'switchTab') this.stack.switchTab(url);
      else if (how === 'reLaunch') this.stack.reLaunch(url);
      else if (how === 'navigateBack') this.stack.navigateBack();
      else this.stack.navigateTo(url);
    } catch (error) {
      this.report(error, '<navigator>');
    }
  };

  asset(path: string): string {
    const local = path.replace(/^(?:\.{0,2}\/)+/, '');
    return this.app.assets[local] ?? path;
  }

  private evaluate(run: Run): void {
    const definitions = new Map<string, ComponentDefinition>();
    const dd = createDd({
      host: run,
      device: this.device,
      dialogs: this.dialogs,
      stack: this.stack,
      chrome: this.chrome,
      redraw: () => this.drawChrome(),
      launchOptions: () => this.launched,
      restart: () => {
        // Later: the code that asks for the restart must end first.
        void Promise.resolve().then(() => {
          this.stop();
          this.start();
        });
      },
    });
    evaluate(this.app.script, {
      dd,
      my: createMy(dd),
      compile: this.options.compile,
      timers: run.timers,
      console: this.errors.console,
      getApp: () => this.definition?.self,
      getCurrentPages: () => this.stack.pages.map((page) => page.instance.self),
      onApp: (definition) => {
        if (this.definition) throw new Error('App() 只能调用一次，写在 app.js 里');
        this.definition = Instance.ofApp(this, definition);
      },
      onUnit: (id, definition) => void definitions.set(id, definition as ComponentDefinition),
      onSjs: (file, module) => void this.sjsModules.set(file, module),
    });
    for (const [id, definition] of definitions) {
      const source = this.app.units[id]?.template ?? '(r) => ({ render: () => [] })';
      this.units.set(id, { definition, template: shallowRef(loadTemplate(source, this.templates)) });
    }
  }

  private createPage(path: string, query: Record<string, string>): PageView {
    const unit = this.app.units[path];
    const source = this.units.get(path);
    if (!unit || !source) throw new Error(`页面 ${path} 的代码没有调用 Page()`);
    const page = new PageView(
      this,
      {
        path,
        config: { ...this.app.config.window, ...unit.config },
        definition: source.definition as Record<string, unknown>,
        template: source.template,
        uses: unit.uses,
      },
      query,
      this.renderer,
      this.options.mount.ownerDocument,
    );
    this.chrome.screen.append(page.root);
    return page;
  }

  private notFound(path: string, query: Record<string, string>): boolean {
    if (!this.definition?.has('onPageNotFound')) return false;
    this.definition.call('onPageNotFound', { path, query, isEntryPage: this.stack.pages.length === 0 });
    return true;
  }

  private loadStyles(): void {
    this.chrome.setStyle('app', this.app.style);
    const units = Object.entries(this.app.units);
    for (const kind of ['component', 'page'] as const) {
      for (const [id, unit] of units) if (unit.kind === kind) this.chrome.setStyle(id, unit.style);
    }
  }

  private redraw(): void {
    this.chrome.refreshing = false;
    this.drawChrome();
  }

  private drawChrome(): void {
    this.chrome.draw(this.stack.top, this.stack.pages.length);
  }
}
