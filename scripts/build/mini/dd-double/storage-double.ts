/** One value may have this many characters as JSON. */
const VALUE_LIMIT = 200 * 1024;

interface StorageOptions {
  key: string;
  data?: unknown;
  success?: (result?: unknown) => void;
  fail?: (failure: unknown) => void;
}

/** A phone's store for one person and app; it outlives a run. `broken` makes every call fail. */
export class StorageDouble {
  readonly values = new Map<string, string>();
  broken = false;

  get(options: StorageOptions): void {
    const text = this.values.get(options.key);
    this.answer(options, { data: text === undefined ? null : (JSON.parse(text) as unknown) });
  }

  set(options: StorageOptions): void {
    const text = JSON.stringify(options.data);
    if (text.length > VALUE_LIMIT) {
      setImmediate(() => options.fail?.({ error: 2, errorMessage: 'the value is too large' }));
      return;
    }
    if (!this.broken) this.values.set(options.key, text);
    this.answer(options, undefined);
  }

  remove(options: StorageOptions): void {
    if (!this.broken) this.values.delete(options.key);
    this.answer(options, undefined);
  }

  private answer({ success, fail }: StorageOptions, result: unknown): void {
    setImmediate(() => {
      if (this.broken) fail?.({ error: 3, errorMessage: 'storage is broken' });
      else success?.(result);
    });
  }
}
