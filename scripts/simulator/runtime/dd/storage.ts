import type { Device } from '../device.ts';
import { DdError } from './call.ts';

/** One value, as a JSON string. Source: DingTalk's document of `dd.setStorage`. */
const MAX_VALUE_LENGTH = 200 * 1024;
/** All values of a person in an app. */
const MAX_TOTAL_LENGTH = 10 * 1024 * 1024;

/** Storage of a person in an app. Values are kept as JSON, so what comes back is a copy. */
export class MiniStorage {
  private readonly device: Device;

  constructor(device: Device) {
    this.device = device;
  }

  set(key: unknown, value: unknown): void {
    const name = this.keyOf(key);
    const json = JSON.stringify(value) ?? 'null';
    if (json.length > MAX_VALUE_LENGTH) {
      throw new DdError(2, `存储的内容有 ${json.length} 个字符，超过了 ${MAX_VALUE_LENGTH} 的上限`);
    }
    const { storage } = this.device;
    const others = storage.keys().filter((other) => other !== name);
    const used = others.reduce((sum, other) => sum + (storage.get(other)?.length ?? 0), 0);
    if (used + json.length > MAX_TOTAL_LENGTH) throw new DdError(2, '存储空间已满（上限 10 MB）');
    storage.set(name, json);
  }

  /** `{data}`; `data` is null when there is nothing. */
  get(key: unknown): { data: unknown } {
    const json = this.device.storage.get(this.keyOf(key));
    return { data: json === undefined ? null : (JSON.parse(json) as unknown) };
  }

  remove(key: unknown): void {
    this.device.storage.remove(this.keyOf(key));
  }

  clear(): void {
    this.check();
    for (const key of this.device.storage.keys()) this.device.storage.remove(key);
  }

  info(): { keys: string[]; currentSize: number; limitSize: number } {
    const { storage } = this.device;
    const size = storage.keys().reduce((sum, key) => sum + (storage.get(key)?.length ?? 0), 0);
    return { keys: storage.keys(), currentSize: Math.ceil(size / 1024), limitSize: MAX_TOTAL_LENGTH / 1024 };
  }

  private keyOf(key: unknown): string {
    this.check();
    if (typeof key !== 'string' || key === '') throw new DdError(2, '存储的 key 应是非空的字符串');
    return key;
  }

  private check(): void {
    if (this.device.faults.storageBroken) throw new DdError(3, '存储不可用');
  }
}
