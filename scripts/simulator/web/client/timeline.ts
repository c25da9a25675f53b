import { type ShallowRef, shallowRef } from 'vue';
import type { PhoneEvent } from '../../runtime/types.ts';

export const kinds = {
  app: '启动',
  page: '页面',
  dd: 'dd 接口',
  request: '请求',
  data: 'setData',
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
}

type EntryInput = Omit<Entry, 'id' | 'at' | 'clock'> & { at?: number };

/** Older lines are dropped: nobody reads that far. */
const LIMIT = 600;

/** What happened, as one list. Calls that take time are one line that changes when they end. */
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

  /** @param titleOf what a person calls a page */
  record(event: PhoneEvent, titleOf: (path: string) => string): void {
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
        });
        break;
      case 'error':
        this.add({ kind: 'error', title: event.message, detail: event.stack ?? '', tone: 'bad' });
        break;
      case 'request':
        this.endRequest(event);
        break;
      case 'dd':
        if (event.name === 'httpRequest') this.beginRequest(event);
        else this.call(event);
    }
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

  /** The line of a call that has ended; a new one, where the list was cleared meanwhile. */
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

  /** What is refused before it is sent has no `request` event: the call that has just begun is over. */
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

  /** Requests run at the same time: the one that began nearest to this event's beginning has ended. */
  private endRequest({ method, url, status, error, durationMs }: PhoneEvent & { kind: 'request' }): void {
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
    this.end(nearest, { kind: 'request', title: `${method} ${pathname}${search}`, detail, tone, durationMs });
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
