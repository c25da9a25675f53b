import { DdError } from './dd/call.ts';
import type { PageView } from './page.ts';

/** Source: DingTalk's document of `dd.navigateTo`. */
export const MAX_DEPTH = 5;

export interface StackHost {
  paths(): readonly string[];
  tabs(): readonly string[];
  create(path: string, query: Record<string, string>): PageView;
  /** Calls the mini program's `onPageNotFound`; false when it has none. */
  notFound(path: string, query: Record<string, string>): boolean;
  changed(action: 'open' | 'show' | 'hide' | 'close', page: PageView, depth: number): void;
}

/** The pages that are open, with DingTalk's rules of going from one to another. */
export class PageStack {
  pages: PageView[] = [];
  private readonly host: StackHost;
  /** Pages of the tab bar stay loaded after their first visit. */
  private readonly loadedTabs = new Map<string, PageView>();

  constructor(host: StackHost) {
    this.host = host;
  }

  get top(): PageView | undefined {
    return this.pages.at(-1);
  }

  /** @throws DdError: a page of the tab bar, no such page, five pages open */
  navigateTo(url: string): void {
    const { path, query } = this.resolve(url);
    if (this.host.tabs().includes(path))
      throw new DdError(2, `dd.navigateTo 不能打开标签页 ${path}，请用 dd.switchTab`);
    if (this.pages.length >= MAX_DEPTH)
      throw new DdError(2, `页面栈最多 ${MAX_DEPTH} 层，请用 dd.redirectTo 或 dd.navigateBack`);
    this.require(path, query, () => {
      this.hideTop();
      this.open(path, query);
    });
  }

  /** @throws DdError: a page of the tab bar, no such page */
  redirectTo(url: string): void {
    const { path, query } = this.resolve(url);
    if (this.host.tabs().includes(path))
      throw new DdError(2, `dd.redirectTo 不能打开标签页 ${path}，请用 dd.switchTab`);
    this.require(path, query, () => {
      this.closeTop();
      this.open(path, query);
    });
  }

  /** Opens the first page of a start, which may be any. @throws DdError: no such page */
  launch(path: string, query: Record<string, string>): void {
    this.require(path, query, () => {
      this.clear();
      this.open(path, query);
    });
  }

  /**
   * Closes all pages and opens one, which may be a page of the tab bar.
   * @throws DdError: no such page, or a query for a page of the tab bar
   */
  reLaunch(url: string): void {
    const { path, query } = this.resolve(url);
    if (this.host.tabs().includes(path) && Object.keys(query).length > 0)
      throw new DdError(2, `dd.reLaunch 打开标签页 ${path} 时 url 不能带参数`);
    this.launch(path, query);
  }

  /** Shows a page of the tab bar and closes all others. @throws DdError: no such tab, or a query in the url */
  switchTab(url: string): void {
    const { path, query } = this.resolve(url);
    if (!this.host.tabs().includes(path))
      throw new DdError(2, `dd.switchTab 只能打开标签页，${path} 不在 tabBar 里`);
    if (Object.keys(query).length > 0) throw new DdError(2, 'dd.switchTab 的 url 不能带参数');
    if (this.top?.path === path) return;
    // A tab below another page was hidden when that page opened.
    const shown = this.pages.length === 1;
    while (this.top && !this.host.tabs().includes(this.top.path)) this.closeTop();
    if (shown) this.hideTop();
    this.pages = [];
    const loaded = this.loadedTabs.get(path);
    if (!loaded) {
      this.open(path, {});
      return;
    }
    this.pages = [loaded];
    loaded.show();
    this.host.changed('show', loaded, 1);
  }

  /** Closes pages; the first one always stays. @throws DdError: it is the first one */
  navigateBack(delta = 1): void {
    const steps = Math.min(Math.max(1, delta), this.pages.length - 1);
    if (steps < 1) throw new DdError(2, '已经是第一个页面，dd.navigateBack 无处可回');
    for (let step = 0; step < steps; step += 1) this.closeTop();
    const { top } = this;
    if (!top) return;
    top.show();
    this.host.changed('show', top, this.pages.length);
  }

  clear(): void {
    while (this.top) this.closeTop();
    for (const tab of [...this.loadedTabs.values()]) this.close(tab, 0);
    this.loadedTabs.clear();
  }

  private open(path: string, query: Record<string, string>): void {
    const page = this.host.create(path, query);
    this.pages.push(page);
    if (this.host.tabs().includes(path)) this.loadedTabs.set(path, page);
    this.host.changed('open', page, this.pages.length);
    page.open();
  }

  private hideTop(): void {
    const { top } = this;
    if (!top) return;
    top.hide();
    this.host.changed('hide', top, this.pages.length);
  }

  private closeTop(): void {
    const page = this.pages.pop();
    if (page) this.close(page, this.pages.length);
  }

  private close(page: PageView, depth: number): void {
    page.close();
    if (this.loadedTabs.get(page.path) === page) this.loadedTabs.delete(page.path);
    this.host.changed('close', page, depth);
  }

  private require(path: string, query: Record<string, string>, go: () => void): void {
    if (this.host.paths().includes(path)) {
      go();
      return;
    }
    if (!this.host.notFound(path, query)) throw new DdError(2, `页面 ${path} 不在 app.json 的 pages 里`);
  }

  /** `/pages/a/a?x=1`, or a path relative to the page on top. */
  private resolve(url: string): { path: string; query: Record<string, string> } {
    const base = `http://mini/${this.top?.path ?? ''}`;
    const { pathname, searchParams } = new URL(url, base);
    return { path: pathname.replace(/^\//, ''), query: Object.fromEntries(searchParams) };
  }
}
