/** The container refuses to go deeper. */
const MAX_DEPTH = 5;

export interface PageOptions {
  data?: Record<string, unknown>;
  [name: string]: unknown;
}

/** An open page as journeys see it. */
export interface OpenPage {
  route: string;
  query: Record<string, string>;
  data: Record<string, unknown>;
  /** Calls a handler or a lifecycle function. */
  call(name: string, ...values: unknown[]): unknown;
}

interface Target {
  route: string;
  query: Record<string, string>;
}

export interface StackHooks {
  pageOptions(route: string): PageOptions;
  isPage(route: string): boolean;
  isTab(route: string): boolean;
  failed(error: unknown): void;
  notFound(route: string): void;
}

/** Pages and their lifecycle as base library 1.x has them; tabs keep their instance. */
export class PageStack {
  readonly pages: OpenPage[] = [];
  private readonly tabs = new Map<string, OpenPage>();
  private readonly hooks: StackHooks;

  constructor(hooks: StackHooks) {
    this.hooks = hooks;
  }

  get top(): OpenPage | undefined {
    return this.pages.at(-1);
  }

  /** @returns why the container refuses, or null. */
  navigateTo(url: string): string | null {
    const target = parseUrl(url, this.top?.route);
    if (this.hooks.isTab(target.route)) return `navigateTo cannot reach the tab page ${target.route}`;
    if (this.pages.length >= MAX_DEPTH) return `more than ${MAX_DEPTH} pages`;
    this.top?.call('onHide');
    this.open(target);
    return null;
  }

  reLaunch(url: string): string | null {
    const target = parseUrl(url, this.top?.route);
    const tabWithQuery = this.hooks.isTab(target.route) && Object.keys(target.query).length > 0;
    if (tabWithQuery) return `reLaunch takes no query to the tab page ${target.route}`;
    this.closeAll(true);
    this.open(target);
    return null;
  }

  switchTab(url: string): string | null {
    const target = parseUrl(url, this.top?.route);
    if (!this.hooks.isTab(target.route)) return `switchTab cannot reach ${target.route}: it is no tab page`;
    if (Object.keys(target.query).length > 0) return 'switchTab takes no query';
    this.closeAll(false);
    const kept = this.tabs.get(target.route);
    if (kept === undefined) {
      this.open(target);
    } else {
      this.pages.push(kept);
      kept.call('onShow');
    }
    return null;
  }

  navigateBack(): string | null {
    if (this.pages.length < 2) return 'there is no page to go back to';
    this.pages.pop()?.call('onUnload');
    this.top?.call('onShow');
    return null;
  }

  private closeAll(withTabs: boolean): void {
    const { top } = this;
    for (const page of this.pages.splice(0).reverse()) {
      // A tab below another page is hidden already.
      if (withTabs || !this.hooks.isTab(page.route)) page.call('onUnload');
      else if (page === top) page.call('onHide');
    }
    if (withTabs) this.tabs.clear();
  }

  private open({ route, query }: Target): void {
    if (!this.hooks.isPage(route)) {
      this.hooks.notFound(route);
      return;
    }
    const page = this.createPage(route, query);
    this.pages.push(page);
    if (this.hooks.isTab(route)) this.tabs.set(route, page);
    page.call('onLoad', query);
    if (this.top !== page) return;
    page.call('onShow');
    page.call('onReady');
  }

  private createPage(route: string, query: Record<string, string>): OpenPage {
    const options = this.hooks.pageOptions(route);
    const instance: Record<string, unknown> & { data: Record<string, unknown> } = {
      ...options,
      route,
      data: structuredClone(options.data ?? {}),
    };
    instance.setData = (changes: Record<string, unknown>, done?: () => void) => {
      for (const key of Object.keys(changes)) {
        if (/[.[]/.test(key)) throw new Error(`setData with a path is not modelled: ${key}`);
        if (changes[key] === undefined) throw new Error(`setData with undefined: ${key}`);
      }
      instance.data = { ...instance.data, ...structuredClone(changes) };
      done?.();
    };
    return {
      route,
      query,
      get data() {
        return instance.data;
      },
      call: (name, ...values) => {
        const method = instance[name];
        if (typeof method !== 'function') {
          if (/^on[A-Z]/.test(name)) return undefined;
          throw new Error(`page ${route} has no ${name}()`);
        }
        try {
          return (method as (...values: unknown[]) => unknown).apply(instance, values);
        } catch (error) {
          this.hooks.failed(error);
          return undefined;
        }
      },
    };
  }
}

function parseUrl(url: string, from = ''): Target {
  const { pathname, searchParams } = new URL(url, `http://mini/${from}`);
  return { route: pathname.slice(1), query: Object.fromEntries(searchParams) };
}
