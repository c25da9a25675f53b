import type { OpenAppOptions, OpenedApp } from '../../harness/open-app.ts';
import { openPage } from '../../harness/testing.ts';

/** A page that calls any `dd` API and gives the answer as `success:…` or `fail:…`. */
export function openCaller(options: OpenAppOptions = {}): Promise<OpenedApp> {
  const script = `
    call(api, options) {
      return new Promise((resolve) => {
        dd[api](Object.assign({ success: (r) => resolve({ success: r }), fail: (e) => resolve({ fail: e }) }, options));
      });
    },
    dd() { return dd; }`;
  return openPage('<view>页</view>', script, {}, options);
}

export interface Answer {
  success?: unknown;
  fail?: { error: number; errorMessage: string; status?: number; data?: unknown };
}

export async function call(app: OpenedApp, api: string, options: object = {}): Promise<Answer> {
  const page = app.phone.stack.top?.instance.self as { call(api: string, options: object): Promise<Answer> };
  return page.call(api, options);
}

export function ddOf(app: OpenedApp): Record<string, (...args: unknown[]) => unknown> {
  const page = app.phone.stack.top?.instance.self as { dd(): Record<string, () => unknown> };
  return page.dd();
}
