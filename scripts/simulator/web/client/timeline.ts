import { type ShallowRef, shallowRef } from 'vue';
import type { Message, PhoneEvent } from '../../runtime/types.ts';
import type { Heard } from '../setup.ts';

export const kinds = {
  app: '启动',
  page: '页面',
  dd: 'dd 接口',
  request: '请求',
  data: 'setData',
  console: 'console',
  error: '错误',
  panel: '操作',
} as const;
export type EntryKind = keyof typeof kinds;

/** One line that a person reads. */
export interface Entry {
  id: number;
  /** `performance.now()`. */
  at: number;
  /** Wall clock, `09:41:07.123`. */
  clock: string;
  kind: EntryKind;
  title: string;
  detail: string;
  tone: 'plain' | 'good' | 'bad' | 'pending';
  durationMs?: number;
  /** How often it came, one right after the other. */
  times?: number;
  /** The details, made when the line is opened. */
  parts?: () => Part[];
}

/** A named text inside a line. */
export interface Part {
  name: string;
  text: string;
}

type EntryInput = Omit<Entry, 'id' | 'at' | 'clock'> & { at?: number };

/** Lines that are kept; older ones are dropped. */
const LIMIT = 600;

/** The list of events. A call is one line, which changes when the call ends. */
export class Timeline {
  readonly entries: Entry[] = [];
  /** Rises when the list is to be drawn anew. */
  readonly version: ShallowRef<number> = shallowRef(0);
  private nextId = 1;
  private scheduled = false;
  private readonly schedule: (draw: () => void) => void;

  /**
   * @param schedule when to draw: a page of two hundred rows makes hundreds of lines at once, and the drawing of
   * the list must not slow down the phone beside it
   */
  constructor(schedule: (draw: () => void) => void = (draw) => draw()) {
    this.schedule = schedule;
  }

  /**
   * @param titleOf what a person calls a page
   * @returns the id of the newest line
   */
  record(event: PhoneEvent, titleOf: (path: string) => string): number {
    switch (event.kind) {
      case 'app':
        this.add({ kind: 'app', title: APP_ACTIONS[event.action], detail: '', tone: 'plain' });
        break;
      case 'page':
        this.add({
          kind: 'page',
          title: `${PAGE_ACTIONS[event.action]}「${titleOf(event.path)}」`,
          detail: event.path,
          tone: 'plain',
        });
        break;
      case 'setData':
        this.add({
          kind: 'data',
          title: `setData ${size(event.bytes)}`,
          detail: unitName(event.path),
          tone: 'plain',
          parts: () => [{ name: '内容', text: jsonText(event.patch) }],
        });
        break;
      case 'error':
        this.fault({ kind: 'error', title: event.message, detail: '', tone: 'bad', ...stackOf(event.stack) });
        break;
      case 'console': {
        const { level, message, stack } = event;
        const kind = level === 'error' ? 'error' : 'console';
        const tone = ({ error: 'bad', warn: 'pending' } as const)[level as 'error' | 'warn'] ?? 'plain';
        this.fault({ kind, title: message, detail: '', tone, ...stackOf(stack) });
        break;
      }
      case 'request':
        this.endRequest(event);
        break;
      case 'dd':
        if (event.name === 'httpRequest') this.beginRequest(event);
        else this.call(event);
    }
    return this.nextId - 1;
  }

  /** Says where in the sources a line comes from. */
  place(id: number, { place, line, stack }: Heard): void {
    const index = this.entries.findIndex((entry) => entry.id === id);
    const entry = this.entries[index];
    if (!entry || place === null) return;
    const detail = line === null ? place : `${place}\n${line.trim()}`;
    this.entries[index] = { ...entry, detail, ...stackOf(stack) };
    this.changed();
  }

  /** Something that the person did in the panel, or that the simulator has to say. */
  note(kind: 'panel' | 'error', title: string, detail = ''): void {
    this.add({ kind, title, detail, tone: kind === 'error' ? 'bad' : 'plain' });
  }

  clear(): void {
    this.entries.splice(0);
    this.changed();
  }

  private changed(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => {
      this.scheduled = false;
      this.version.value += 1;
    });
  }

  private add(input: EntryInput): void {
    const at = input.at ?? performance.now();
    this.entries.push({ ...input, at, id: this.nextId, clock: clockOf(new Date()) });
    this.nextId += 1;
    if (this.entries.length > LIMIT) this.entries.splice(0, this.entries.length - LIMIT);
    this.changed();
  }

  /** Adds a message; one that repeats, in a timer for instance, is one line with a count. */
  private fault(input: EntryInput): void {
    const last = this.entries.at(-1);
    if (last?.kind === input.kind && last.title === input.title) {
      this.entries[this.entries.length - 1] = { ...last, times: (last.times ?? 1) + 1 };
      this.changed();
    } else this.add(input);
  }

  /** Completes the line of a call, or adds one when the list was cleared meanwhile. */
  private end(index: number, input: EntryInput): void {
    const entry = this.entries[index];
    if (!entry) {
      this.add(input);
      return;
    }
    this.entries[index] = { ...entry, ...input };
    this.changed();
  }

  private call(event: PhoneEvent & { kind: 'dd' }): void {
    const title = event.name.startsWith('dtBridge')
      ? `dd.${event.name.replace(' ', ' · ')}`
      : `dd.${event.name}`;
    if (event.outcome === 'called') {
      this.add({ kind: 'dd', title, detail: '等待结果', tone: 'pending' });
      return;
    }
    const index = this.entries.findIndex((entry) => entry.tone === 'pending' && entry.title === title);
    const failure = event.detail as { error?: number; errorMessage?: string } | undefined;
    const failed = event.outcome === 'fail';
    const detail = failed ? `失败 ${failure?.error ?? ''} ${failure?.errorMessage ?? ''}` : '成功';
    this.end(index, { kind: 'dd', title, detail, tone: failed ? 'bad' : 'good', ...this.duration(index) });
  }

  private duration(index: number): { durationMs?: number } {
    const entry = this.entries[index];
    return entry ? { durationMs: Math.round(performance.now() - entry.at) } : {};
  }

  /** Begins a request. One that the container refuses to send ends here: it has no `request` event. */
  private beginRequest({ outcome, detail }: PhoneEvent & { kind: 'dd' }): void {
    if (outcome === 'called') {
      this.add({ kind: 'request', title: '请求', detail: '等待应答', tone: 'pending' });
      return;
    }
    const { error, errorMessage = '' } = (detail ?? {}) as { error?: number; errorMessage?: string };
    if (outcome !== 'fail' || error === undefined || !UNSENT.has(error)) return;
    const index = this.entries.findLastIndex(({ kind, tone }) => kind === 'request' && tone === 'pending');
    const refused = { title: '请求没有发出', detail: `错误 ${error} ${errorMessage}`, tone: 'bad' } as const;
    this.end(index, { kind: 'request', ...refused });
  }

  /** Ends a request. Its line is found by the time of its start, since several requests may run at once. */
  private endRequest(event: PhoneEvent & { kind: 'request' }): void {
    const { method, url, status, error, durationMs, sent, answer } = event;
    const began = performance.now() - durationMs;
    let nearest = -1;
    this.entries.forEach((entry, index) => {
      if (entry.kind !== 'request' || entry.tone !== 'pending') return;
      const known = this.entries[nearest];
      if (!known || Math.abs(entry.at - began) < Math.abs(known.at - began)) nearest = index;
    });
    const { pathname, search } = new URL(url);
    const detail =
      status === undefined ? `错误 ${error ?? ''} ${HTTP_ERRORS[error ?? 0] ?? ''}` : String(status);
    const tone = status !== undefined && status < 400 && error === undefined ? 'good' : 'bad';
    const parts = (): Part[] => [
      ...messageParts('请求', sent),
      ...(answer ? messageParts('应答', answer) : []),
    ];
    this.end(nearest, {
      kind: 'request',
      title: `${method} ${pathname}${search}`,
      detail,
      tone,
      durationMs,
      parts,
    });
  }
}

const APP_ACTIONS = {
  launch: '冷启动',
  show: '回到前台（热启动）',
  hide: '切到后台',
  stop: '小程序被结束',
} as const;
const PAGE_ACTIONS = { open: '打开', show: '回到', hide: '离开', close: '关闭' } as const;
/** Errors of `dd.httpRequest` that come before anything is sent: wrong parameters, a host that is not trusted. */
const UNSENT: ReadonlySet<number> = new Set([2, 11]);
const HTTP_ERRORS: Readonly<Record<number, string>> = {
  12: '网络出错',
  13: '超时',
  14: '不是 JSON',
};

/** Headers that explain what happens; the others are the same for every request. */
const TELLING =
  /^(?:authorization|content-type|location|retry-after|x-request-id|x-mini-version|x-ratelimit-limit)$/i;
/** Longest text of a part, in characters. */
const LONGEST = 20_000;

function messageParts(whose: string, { headers, body }: Message): Part[] {
  const lines = Object.entries(headers)
    .filter(([name]) => TELLING.test(name))
    .map(([name, value]) => `${name}: ${/^authorization$/i.test(name) ? masked(value) : value}`);
  return [
    ...(lines.length > 0 ? [{ name: `${whose}头`, text: lines.join('\n') }] : []),
    ...(body === '' ? [] : [{ name: `${whose}内容`, text: bodyText(body) }]),
  ];
}

/** The beginning and end of a token: enough to tell two apart, and no secret in a screenshot. */
function masked(value: string): string {
  return value.replace(
    /^(\S+ )?(.*)$/,
    (_all, scheme: string | undefined, token: string) =>
      `${scheme ?? ''}${token.length > 12 ? `${token.slice(0, 4)}…${token.slice(-4)}` : '…'}`,
  );
}

function bodyText(body: string): string {
  try {
    return jsonText(JSON.parse(body));
  } catch {
    return cut(body);
  }
}

/** JSON for people. A value that contains itself, as in the data of a package, is cut short. */
function jsonText(value: unknown): string {
  const around: unknown[] = [];
  const json = JSON.stringify(
    value,
    function (this: unknown, _key, item: unknown) {
      while (around.length > 0 && around.at(-1) !== this) around.pop();
      if (typeof item !== 'object' || item === null) return item;
      if (around.includes(item)) return '…';
      around.push(item);
      return item;
    },
    2,
  );
  return cut(json ?? String(value));
}

const cut = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}\n…（共 ${text.length} 个字符）` : text;

const stackOf = (stack: string | undefined): Pick<Entry, 'parts'> =>
  stack ? { parts: () => [{ name: '调用栈', text: stack }] } : {};

/** `node_modules/dingui-mini/es/tag/src/index` is `dingui-mini/tag` to a person. */
function unitName(id: string): string {
  const inside = /^node_modules\/(.+?)\/(?:es\/)?([^/]+)(?:\/src)?\/index$/.exec(id);
  return inside ? `${inside[1]}/${inside[2]}` : id;
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} 字节` : `${(bytes / 1024).toFixed(1)} KB`;
}

function clockOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${milliseconds}`;
}
