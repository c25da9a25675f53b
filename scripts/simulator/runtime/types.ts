import type { Level } from './mini-console.ts';

/** The compiler's result for the runtime: plain data, so that Vite can send it to a browser as JSON. */
export interface BuiltApp {
  config: AppConfig;
  units: Record<string, BuiltUnit>;
  /** `app.acss`, compiled. */
  style: string;
  /** All JavaScript and SJS modules as one classic script; see `evaluate.ts` for the names it may use. */
  script: string;
  /** The SJS modules that `script` brings for templates, by path from the root. */
  sjs: string[];
  /** Images of the package as data URLs, by path from the root without a leading slash. */
  assets: Record<string, string>;
}

/** A page or a component. */
export interface BuiltUnit {
  kind: 'page' | 'component';
  config: PageConfig;
  /** Source of `(r) => ({ render(s) {…} })`. */
  template: string;
  style: string;
  /** Ids of all components that it uses, directly or through others. */
  uses: string[];
}

export interface PageConfig {
  defaultTitle?: string;
  titleBarColor?: string;
  backgroundColor?: string;
  pullRefresh?: boolean | string;
  component?: boolean;
  usingComponents?: Record<string, string>;
  [key: string]: unknown;
}

export interface AppConfig {
  pages: string[];
  window?: PageConfig;
  tabBar?: TabBar;
  [key: string]: unknown;
}

export interface TabBar {
  textColor?: string;
  selectedColor?: string;
  backgroundColor?: string;
  items: { pagePath: string; name: string; icon?: string; activeIcon?: string }[];
}

/** Headers and body of a request or of its answer, as they went over the wire. */
export interface Message {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** One line of the timeline. `time` is in milliseconds since the phone was switched on. */
export type PhoneEvent = { time: number } & (
  | { kind: 'dd'; name: string; outcome: 'called' | 'success' | 'fail'; detail?: unknown }
  | {
      kind: 'request';
      method: string;
      url: string;
      status?: number;
      error?: number;
      durationMs: number;
      sent: Message;
      /** Absent where none came. */
      answer?: Message;
    }
  | { kind: 'page'; action: 'open' | 'show' | 'hide' | 'close'; path: string; depth: number }
  /** `patch` is the view's own copy, which is never changed in place. */
  | { kind: 'setData'; path: string; bytes: number; patch: Readonly<Record<string, unknown>> }
  | { kind: 'app'; action: 'launch' | 'show' | 'hide' | 'stop' }
  | { kind: 'error'; message: string; stack?: string }
  /** What the mini program said by `console`; the stack of the error in it, or else of the call. */
  | { kind: 'console'; level: Level; message: string; stack: string }
);

export type PhoneEventInput = PhoneEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'time'>
    : never
  : never;
