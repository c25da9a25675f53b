import { nextTick, type ShallowRef, shallowRef } from 'vue';
import { isPromise } from './realm.ts';
import { applyPatch, type Data, sizeOf, splicePatch, viewCopy, whatJsonLoses } from './set-data.ts';
import type { PhoneEventInput } from './types.ts';

export type Method = (this: unknown, ...args: never[]) => unknown;

/** The part of the phone that an instance uses. */
export interface InstanceHost {
  emit(event: PhoneEventInput): void;
  /** Reports an error of the mini program's own code, by the place where it happened. */
  report(error: unknown, place: string): void;
  /** Reports a promise of the mini program's own code that was rejected and that nobody awaits. */
  reportRejection(reason: unknown, place: string): void;
}

/**
 * State shared by pages and components: `data`, `setData`, and the object that is `this` in the mini
 * program's code. `data` is what the logic sees, `view` the copy that templates are drawn from.
 */
export class Instance {
  readonly host: InstanceHost;
  /** Its place for messages: the page's path or the component's id. */
  readonly place: string;
  /** `this` in the mini program's code. */
  readonly self: Record<string, unknown>;
  readonly version: ShallowRef<number> = shallowRef(0);
  view: Data;
  alive = true;
  private readonly handlers = new Map<string, (...args: unknown[]) => unknown>();
  private readonly missing = new Set<string>();
  private readonly methods: Readonly<Record<string, unknown>>;

  constructor(host: InstanceHost, place: string, data: unknown, methods: Readonly<Record<string, unknown>>) {
    this.host = host;
    this.place = place;
    this.methods = methods;
    const initial = (typeof data === 'function' ? (data as () => unknown)() : data) ?? {};
    this.view = viewCopy(initial) as Data;
    this.self = {
      ...methods,
      data: viewCopy(initial),
      setData: (patch: Data, callback?: () => void) => this.setData(patch, callback),
      $spliceData: (splices: Data, callback?: () => void) =>
        this.setData(splicePatch(this.data, splices), callback),
    };
  }

  /** The instance of `App({…})`: an object of the mini program's own, without `data` and `setData`. */
  static ofApp(host: InstanceHost, definition: Readonly<Record<string, unknown>>): Instance {
    const instance = new Instance(host, 'app', {}, {});
    const { self } = instance;
    for (const name of Object.keys(self)) delete self[name];
    Object.assign(self, definition);
    return instance;
  }

  /** True for a component of an npm package, which may break rules of the project. */
  private get ofPackage(): boolean {
    return this.place.startsWith('node_modules/');
  }

  get data(): Data {
    return this.self.data as Data;
  }

  /**
   * Merges a patch into the data. `this.data` has the new values at once; the view follows in one batch with
   * all other changes of the same turn, then `callback` runs.
   */
  setData(patch: Data, callback?: () => void): void {
    if (typeof patch !== 'object' || patch === null) throw new TypeError('setData 的参数应是对象');
    if (!this.alive) return;
    const loss = this.ofPackage ? undefined : whatJsonLoses(patch);
    if (loss)
      throw new TypeError(`setData 只能传 JSON 数据：${loss}，真机上不会更新，请换成 null、文字或普通对象`);
    this.self.data = applyPatch(this.data, patch);
    const copy = viewCopy(patch);
    this.view = applyPatch(this.view, copy);
    this.version.value += 1;
    this.host.emit({ kind: 'setData', path: this.place, bytes: sizeOf(patch), patch: copy });
    if (callback) {
      void nextTick().then(() => this.guard(() => callback.call(this.self), 'setData 的回调'));
    }
  }

  /** The function of `onTap="name"`: the same one on every render, so that props can be compared. */
  handler(name: string): ((...args: unknown[]) => unknown) | undefined {
    const known = this.handlers.get(name);
    if (known) return known;
    if (typeof this.self[name] !== 'function') {
      // Some components of npm packages bind methods that they do not have; on a device nothing happens.
      if (!this.missing.has(name) && !this.ofPackage) {
        this.missing.add(name);
        this.host.report(new Error(`${this.place} 里没有方法 ${name}，模板却绑定了它`), this.place);
      }
      return undefined;
    }
    const handler = (...args: unknown[]): unknown => this.call(name, ...args);
    this.handlers.set(name, handler);
    return handler;
  }

  /** Calls a method or life-cycle function if there is one; an error in it is reported, not thrown. */
  call(name: string, ...args: unknown[]): unknown {
    const method = this.self[name] ?? this.methods[name];
    if (typeof method !== 'function') return undefined;
    return this.guard(() => (method as (...values: unknown[]) => unknown).apply(this.self, args), name);
  }

  has(name: string): boolean {
    return typeof this.self[name] === 'function';
  }

  /** Runs code of the mini program; a rejected promise is reported as an error is. */
  guard(run: () => unknown, what: string): unknown {
    const place = `${this.place} ${what}`;
    try {
      const result = run();
      if (isPromise(result)) {
        result.catch((reason: unknown) => this.host.reportRejection(reason, place));
      }
      return result;
    } catch (error) {
      this.host.report(error, place);
      return undefined;
    }
  }
}
